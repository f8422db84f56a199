"""The Lambda authorizer that lets in whoever shows a valid JSON Web Token.

It is asked once for each connection, before $connect, and answers in one of four ways:

===================================  ==================================================  ======
what it finds                        what it does                                        client
===================================  ==================================================  ======
a valid token                        allows $connect; handlers see the claims in         101
                                     ``requestContext.authorizer``
no token                             raises ``Unauthorized``                             401
any other token                      denies $connect                                     403
the keys are not to be had           raises ``KeysUnavailable``, an error of the         500
                                     function that alarms see
===================================  ==================================================  ======

Nothing of a token is ever logged. The package imports nothing but itself, PyJWT and cryptography:
it has a zip of its own, so that no other function carries their weight.
"""
