"""01_collection: what arrived. Also how an export is recognised and a dataset.yml proposed."""
