"""dialects: many printer languages, one file each."""
