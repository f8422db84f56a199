"""AWS Lambda on loopback: functions run as processes of AWS's own Python runtime client.

`LambdaService` invokes functions in `ExecutionEnvironment`s, which a `FunctionPool` for each
function starts, reuses and stops. Each environment is driven through a `RuntimeApi` of its own, and
`InvokeApi` offers the service to the control plane as AWS's Invoke operation.
"""
