# For mypy only: in a namespace package it takes the folder serving/policies for the module serving/policies.py.
