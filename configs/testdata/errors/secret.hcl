gateway "a" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    password = "canary" # ERROR: Secret in the configuration
  }
}
gateway "b" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    password = "${env("PASSWORD")}canary" # ERROR: Secret in the configuration
  }
}
gateway "c" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    password = env("PASSWORD", "canary") # ERROR: Secret in the configuration
  }
}
gateway "d" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    password = file("/canary") # ERROR: Secret in the configuration
  }
}
gateway "e" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    pasword  = "canary" # ERROR: Unknown attribute name
  }
}
gateway "f" {
  url          = "https://host:9091"
  bearer_token = "canary" # ERROR: Unknown attribute name
}
gateway "g" {
  url = "https://host:9091"
  basic_auth {
    username = "a"
    password = format("%s", # ERROR: Secret in the configuration
      "canary"
    )
  }
}

gateway "default" {
  url = "http://localhost:9091"
}

job "app" {
  targets = ["localhost:8000"]
}
