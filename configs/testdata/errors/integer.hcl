global {
  workers                  = 0          # ERROR: Number out of range
  sample_limit             = -1         # ERROR: Number out of range
  label_limit              = 1.5        # ERROR: Number out of range
  label_name_length_limit  = 3000000000 # ERROR: Number out of range
  label_value_length_limit = -1         # ERROR: Number out of range
  target_limit             = -1         # ERROR: Number out of range
  group_limit              = -1         # ERROR: Number out of range
}
gateway "other" {
  url                   = "http://localhost:9092"
  max_concurrent_pushes = 0 # ERROR: Number out of range
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
