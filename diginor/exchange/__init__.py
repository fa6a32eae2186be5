"""Files of the administration: lists go out as CSV or XLSX, are changed in a spreadsheet, and come back in two steps.

`columns` says how a value is written in a cell and read back, `tables` reads and writes the files, `tables_import`
compares a file with the database row by row, `waiting` keeps the file between the two steps, `admin` shows the pages.
"""
