"""Charts in the house style, Axes in and Axes out: `plots` holds the plain ones, the others one kind each."""
