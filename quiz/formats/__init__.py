"""Reading items from the file formats that other systems write."""
