"""pictures: what learns the letters of tills that print receipts as pictures, behind the intake; reads no text."""
