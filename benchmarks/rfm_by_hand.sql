-- Recency, frequency, age and money as a bare group-by: sales alone, a purchase day is a day with a sale.
CREATE TABLE answer AS
SELECT customer, count(*) - 1 AS frequency, (max(day) - min(day)) / 7.0 AS recency,
    (DATE '{cut}' - min(day)) / 7.0 AS age,
    (sum(spend) - arg_min(spend, day)) / nullif(count(*) - 1, 0) AS mean_spend_minor, sum(spend)::BIGINT AS spend_minor
FROM (
    SELECT customer, sold_at::DATE AS day, sum(amount_minor) AS spend
    FROM read_parquet('{lines}') WHERE customer IS NOT NULL AND sold_at < DATE '{cut}' + 1 GROUP BY ALL
)
GROUP BY customer
