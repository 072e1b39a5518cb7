remote_write "a" { # ERROR: Missing required attribute
}
remote_write "b" {
  url = "prometheus:9090/api/v1/write" # ERROR: Bad remote_write URL
}
remote_write "c" {
  url = "ftp://prometheus/api/v1/write?token=canary" # ERROR: Bad remote_write URL
}
remote_write "d" {
  url = "store:9090/api/v1/write?token=canary" # ERROR: Bad remote_write URL
}
remote_write "e" {
  url = "http://user:canary@store/api/v1/write" # ERROR: Credentials in an address
}
remote_write "f" {
  url = "http://store/api/v1/write#canary" # ERROR: Fragment in an address
}
remote_write "g" {
  url = "http://store/api/%zz?token=canary" # ERROR: Bad remote_write URL
}
remote_write "h" { # ERROR: Missing required attribute
  url = null
}
remote_write "i" {
  url = "http://prometheus:9090" # WARN: Receiver without a path
}
remote_write "j" {
  url = format("http://store?token=%s", "canary") # WARN: Receiver without a path
}
remote_write "k" {
  urls = ["http://a/write", "http://b/write"] # ERROR: Unknown attribute name
  url  = "http://a/write?user=a@canary"
}

job "app" {
  targets = ["localhost:8000"]
}
