"""Surveys in 06_voc: scores, response, trend, change, drivers."""
