"""When each customer will need each product again: own rhythm, shrunk to the product's."""
