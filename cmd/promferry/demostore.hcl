
remote_write "demo" {
  url = env("REMOTE_WRITE")
}
