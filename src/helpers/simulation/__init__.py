"""A simulated Chinese multi-channel retailer: seeded vendor files in raw/, the truth in truth/ (never read by a notebook).

    python -m helpers.simulation DATASET=simulated_retailer PEOPLE=20000 SEED=42

Every person, company, brand and text is invented. Phones follow the pattern 1PP-000N-NNNN (a mobile prefix, then 000: they
parse as Chinese mobiles but are handed out here, not looked up), 1-AAA-555-01NN (North America's fictional range) or
44-7700-900NNN (Britain's); e-mail addresses lie below example.com, example.net and example.org.
"""
