# What the functions count of themselves, by lambda_src/websocket_api/metrics.py.
locals {
  metrics = { for metrics in var.metrics[*] : "metrics" => metrics if var.create }

  # API Gateway's own metrics have the same dimensions.
  metrics_environment = merge([
    for metrics in values(local.metrics) : {
      WEBSOCKET_METRICS_NAMESPACE  = metrics.namespace
      WEBSOCKET_METRICS_DIMENSIONS = "ApiId=${local.api_id},Stage=${var.stage.name}"
    }
  ]...)

  metrics_alarms = merge([
    for pair in setproduct(local.alarm_settings, values(local.metrics)) : {
      for name, alarm in {
        broadcasts-given-up = {
          metric_name = "BroadcastsGivenUp"
          statistic   = "Sum"
          threshold   = pair[0].thresholds.broadcasts_given_up
          description = "Broadcasts were not sent to all. The functions' logs say why."
        }
        fanout-lag = {
          metric_name = "FanOutLag"
          statistic   = "p99"
          threshold   = pair[0].thresholds.fanout_lag
          description = "Broadcasts are late. Raise fanout.posts_per_second, or send less."
        }
        handler-errors = {
          metric_name = "HandlerErrors"
          statistic   = "Sum"
          threshold   = pair[0].thresholds.handler_errors
          description = "Handlers failed, or rows were not stored. The functions' logs say why."
        }
        posts-failed = {
          metric_name = "PostsFailed"
          statistic   = "Sum"
          threshold   = pair[0].thresholds.posts_failed
          description = "Messages did not reach open connections. The functions' logs say why."
        }
        posts-throttled = {
          metric_name = "PostsThrottled"
          statistic   = "Sum"
          threshold   = pair[0].thresholds.posts_throttled
          description = "API Gateway refused messages to connections. Lower fanout.posts_per_second, or have the account's limit raised."
        }
        } : "metrics-${name}" => merge(alarm, {
          namespace  = pair[1].namespace
          dimensions = { ApiId = local.api_id, Stage = var.stage.name }
      }) if name != "fanout-lag" || length(local.fanouts) > 0
    }
  ]...)

  metrics_graphs = concat([], [
    for metrics in values(local.metrics) : [
      {
        title = "Events that functions counted"
        lines = [
          for metric in ["Connects", "ConnectsRejected", "Messages", "Disconnects", "Publishes", "HandlerErrors", "BroadcastsGivenUp"] :
          concat([metrics.namespace, metric], local.dashboard_dimensions, [{ stat = "Sum" }])
        ]
      },
      {
        title = "Posts by outcome"
        lines = [
          for outcome in ["Delivered", "Gone", "Throttled", "Failed"] :
          concat([metrics.namespace, "Posts${outcome}"], local.dashboard_dimensions, [{ stat = "Sum", label = lower(outcome) }])
        ]
      },
      {
        title = "Posts to connections that were gone, in 100"
        lines = concat(
          [[{ expression = "100 * FILL(gone, 0) / (FILL(gone, 0) + FILL(delivered, 0))", label = "gone" }]],
          [
            for outcome in ["Delivered", "Gone"] :
            concat([metrics.namespace, "Posts${outcome}"], local.dashboard_dimensions, [{ stat = "Sum", id = lower(outcome), visible = false }])
          ],
        )
      },
      {
        title = "Milliseconds from publication to a worker's post"
        lines = [
          for statistic in length(local.fanouts) > 0 ? ["p50", "p99", "Maximum"] : [] :
          concat([metrics.namespace, "FanOutLag"], local.dashboard_dimensions, [{ stat = statistic, label = statistic }])
        ]
      },
    ]
  ]...)
}
