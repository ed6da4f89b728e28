-- Confidence was per cent.
UPDATE decisions SET confidence = confidence / 100.0 WHERE confidence IS NOT NULL;
