# ERROR: No gateway to push to # ERROR: No job to scrape
