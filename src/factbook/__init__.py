"""Numbers that know where they come from: tables, facts, quantities, and what a notebook shows of them."""
