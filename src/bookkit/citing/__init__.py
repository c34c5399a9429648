"""What a book and its chapters are called and who made them, in the formats that cite them."""
