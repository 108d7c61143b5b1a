"""Players by the sheetful: a file is read, its rows are checked, all of them are enrolled or none."""
