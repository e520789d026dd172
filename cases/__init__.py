"""What a case is: reading it, its parts, and what is said of them. No detector and no torch here."""
