gateway "a" {
  url = "https://host:9091"
  authorization { # ERROR: Missing required attribute
    type = "Bearer"
  }
}
gateway "b" {
  url = "https://host:9091"
  authorization {
    type        = "basic" # ERROR: Not for basic authentication
    credentials = env("PASSWORD")
  }
}
gateway "c" {
  url = "https://host:9091"
  authorization {
    type             = "Bearer token" # ERROR: Not an authentication scheme
    credentials_file = "/run/token"
  }
}
gateway "d" {
  url = "https://host:9091"
  authorization {
    credentials      = "canary" # ERROR: Secret in the configuration
    credentials_file = "/run/token" # ERROR: Two attributes for one
  }
}
gateway "e" {
  url = "https://host:9091"
  authorization {
    credentials = env("EMPTY") # ERROR: Secret is an empty string
  }
}
gateway "f" {
  url = "https://host:9091"
  authorization { # ERROR: Missing required attribute
    token            = "canary" # ERROR: Unknown attribute name
    credentials_file = null
  }
}
gateway "g" {
  url = "https://host:9091"
  authorization {
    credentials_file = "" # ERROR: Empty file name
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
