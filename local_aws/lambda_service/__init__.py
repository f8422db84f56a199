"""AWS Lambda on loopback: functions run as processes of AWS's own Python runtime client.

`LambdaService` finds the version that a caller names and invokes it in `ExecutionEnvironment`s,
which a `FunctionPool` for each version starts, reuses and stops. `Preparations` has ready what an
environment needs, and each is driven through a `RuntimeApi` of its own. `AsynchronousInvocations`
is the queue of events whose callers do not wait, and `InvokeApi` offers the service to the control
plane as AWS's Invoke operation.
"""
