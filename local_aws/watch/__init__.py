"""`--watch`: what is saved goes live.

A saved file that is in a function's zip is put into that zip, and the zip deployed by
UpdateFunctionCode, which takes a fraction of a second. For whatever else is saved, Terraform
applies the root again.
"""
