locals {
  # A function decides on each connection; without a room it is not even asked.
  authorizer = {
    function         = "admission"
    identity_sources = ["route.request.querystring.room"]
  }

  # Whoever connects also shows a key, which counts and limits what they use.
  usage_plan = {
    throttle = { rate_limit = 50, burst_limit = 20 }
    quota    = { limit = 100000, period = "DAY" }

    api_keys = {
      website = { description = "The chat on the website." }
      partner = { description = "A partner whose contract has ended.", enabled = false }
    }
  }
}
