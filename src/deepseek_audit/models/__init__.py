"""What is computed about DeepSeek: costs, chips, prices, scores, rules, returns."""
