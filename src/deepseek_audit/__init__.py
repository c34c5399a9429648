"""What is about DeepSeek in the report “What did DeepSeek really cost?”.

``models`` computes (costs, chips, prices, scores, rules, returns), ``audit`` judges what articles say, ``checks`` holds rows
of the data against each other, ``charts`` draws what only this report draws. The tools they share are in `factbook`.
"""
