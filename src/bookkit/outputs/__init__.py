"""What a notebook may emit, as nodes of the document and as HTML: numbers, tables, charts, calculators, claims, sources."""
