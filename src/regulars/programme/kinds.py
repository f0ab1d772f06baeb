"""Every kind of terms there is; read once, when the program starts."""
