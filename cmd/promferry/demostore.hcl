
remote_write "store" {
  url = env("REMOTE_WRITE")
  queue {
    batch_send_deadline = "500ms"
  }
}
