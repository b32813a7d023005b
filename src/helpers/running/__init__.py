"""How a stage is run: the notebook executed in both languages, what makes it stale, the cells' `%%needs`."""
