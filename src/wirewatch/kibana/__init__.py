"""Kibana: what people see there, made over its own HTTP API."""
