locals {
  # What is said in a full room goes out over a queue, and leaves clients' own messages their share of the account.
  fanout = {
    threshold        = var.fanout_threshold
    posts_per_second = 500
    workers          = 2
    architecture     = var.architecture
  }
}
