"""How messages leave the house: mail, texts, letters. One interface; secrets and servers are the environment's."""
