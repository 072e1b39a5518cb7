# ERROR: No gateway and no remote_write # ERROR: No job to scrape
