"""What each page of the games shows, as values: every number comes from the table that pays."""
