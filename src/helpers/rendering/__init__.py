"""From an executed notebook to a report page: its parts, inert markup, the HTML file."""
