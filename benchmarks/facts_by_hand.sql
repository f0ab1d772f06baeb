-- The fact table as a good author of SQL would write it for DuckDB: column by column what regulars.insight.facts gives.
-- {lines} is the Parquet file, {cut} the cut-off day.
CREATE TABLE answer AS
WITH goods AS (
    SELECT *, sold_at::DATE AS day, CASE WHEN sold_at <> sold_at::DATE THEN hour(sold_at) END AS hour
    FROM read_parquet('{lines}')
    WHERE customer IS NOT NULL AND kind <> 'fee' AND sold_at < DATE '{cut}' + 1
), days AS (
    SELECT customer, day,
        count(DISTINCT basket) FILTER (kind = 'sale' AND NOT returned) AS receipts,
        min(hour) FILTER (kind = 'sale') AS hour,
        count(*) FILTER (kind = 'sale') AS lines,
        count(*) FILTER (kind <> 'sale') AS return_lines,
        sum(amount_minor) AS spend_minor,
        sum(amount_minor) FILTER (kind = 'sale') AS sold_minor,
        sum(discount_minor) FILTER (kind = 'sale') AS discount_minor,
        sum(amount_minor + discount_minor) FILTER (kind = 'sale') AS undiscounted_minor,
        sum(amount_minor - cost_minor) AS margin_minor
    FROM goods GROUP BY ALL
), stepped AS (
    SELECT *, CASE WHEN receipts > 0 THEN day END AS visit_on,
        day - max(visit_on) OVER (
            PARTITION BY customer ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS step,
        CASE WHEN receipts > 0 THEN step END AS gap,
        min(visit_on) OVER (PARTITION BY customer) AS first_visit,
        DATE '{cut}' - visit_on AS ago,
        least(DATE '{cut}' - first_visit, 730) // 2 AS half
    FROM days
), visits AS (
    SELECT customer,
        min(visit_on) AS first_on, max(visit_on) AS last_on, count(visit_on) AS visits,
        sum(receipts)::BIGINT AS receipts, sum(lines)::BIGINT AS lines, sum(return_lines)::BIGINT AS return_lines,
        sum(spend_minor)::BIGINT AS spend_minor,
        coalesce(sum(spend_minor) FILTER (day > DATE '{cut}' - 365), 0)::BIGINT AS spend_365_minor,
        coalesce(sum(spend_minor) FILTER (day > DATE '{cut}' - 90), 0)::BIGINT AS spend_90_minor,
        round(sum(spend_minor) FILTER (receipts > 0) / nullif(count(visit_on), 0))::BIGINT AS mean_visit_minor,
        sum(sold_minor)::BIGINT AS sold_minor, sum(discount_minor)::BIGINT AS discount_minor,
        sum(undiscounted_minor)::BIGINT AS undiscounted_minor, sum(margin_minor)::BIGINT AS margin_minor,
        count(gap) AS gaps, coalesce(sum(gap), 0)::BIGINT AS gap_days_sum, coalesce(sum(ln(gap)), 0) AS gap_log_sum,
        quantile_cont(gap, [0.25, 0.5, 0.75]) AS quarters,
        count(*) FILTER (visit_on > first_visit AND ago < half) AS trend_recent,
        count(*) FILTER (visit_on > first_visit AND ago >= half AND ago < 2 * half) AS trend_before,
        max(half) AS half,
        count(visit_on) FILTER (ago < 90) AS visits_90,
        count(visit_on) FILTER (ago >= 90 AND ago < 180) AS visits_before_90
    FROM stepped GROUP BY customer
), weekdays AS (
    SELECT customer, arg_max(weekday, (n, -weekday)) AS weekday_top, max(n) / sum(n) AS weekday_top_share,
        coalesce(sum(n) FILTER (weekday >= 6), 0) / sum(n) AS weekend_share
    FROM (SELECT customer, isodow(visit_on) AS weekday, count(*) AS n FROM stepped WHERE receipts > 0 GROUP BY ALL)
    GROUP BY customer
), hours AS (
    SELECT customer, arg_max(hour, (n, -hour)) AS hour_top
    FROM (SELECT customer, hour, count(*) AS n FROM stepped WHERE receipts > 0 AND hour IS NOT NULL GROUP BY ALL)
    GROUP BY customer
), breadth AS (
    SELECT customer, nullif(count(DISTINCT product), 0) AS products, nullif(count(DISTINCT store), 0) AS stores,
        nullif(count(DISTINCT channel), 0) AS channels
    FROM goods WHERE kind = 'sale' GROUP BY customer
), category AS (
    SELECT customer, category, sum(amount_minor) AS spend_minor
    FROM goods WHERE category IS NOT NULL GROUP BY ALL HAVING count(*) FILTER (kind = 'sale') > 0
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY customer ORDER BY spend_minor DESC, category) AS place FROM category
), categories AS (
    SELECT customer, count(*) AS categories, list(category ORDER BY place) FILTER (place <= 3) AS top_categories,
        CASE WHEN sum(spend_minor) > 0 THEN max(spend_minor) / sum(spend_minor) END AS top_category_share
    FROM ranked GROUP BY customer
)
SELECT customer, first_on, last_on, visits, receipts, lines, products, spend_minor, spend_365_minor, spend_90_minor,
    mean_visit_minor, DATE '{cut}' - last_on AS recency_days, DATE '{cut}' - first_on AS tenure_days,
    gaps, gap_days_sum, gap_log_sum, quarters[2] AS gap_days_typical,
    CASE WHEN gaps >= 2 THEN quarters[3] - quarters[1] END AS gap_days_spread,
    CASE WHEN 2 * half >= 28 AND trend_recent + trend_before >= 3
        THEN ln((trend_recent + 1) / (trend_before + 1)) END AS trend,
    trend_recent, trend_before, visits_90, visits_before_90, categories, stores, channels,
    discount_minor / nullif(undiscounted_minor, 0) AS discount_share,
    (sold_minor - spend_minor) / nullif(sold_minor, 0) AS return_share, return_lines,
    weekday_top, weekday_top_share, weekend_share, hour_top, top_categories, top_category_share, margin_minor
FROM visits LEFT JOIN weekdays USING (customer) LEFT JOIN hours USING (customer)
    LEFT JOIN breadth USING (customer) LEFT JOIN categories USING (customer)
