"""What the pages of accounts show, ready for their templates."""
