"""What must hold: shapes, rules about graphs and passages, agreement with the text, the audit; one kind of finding."""
