"""Helpers of the customer workbook: the notebooks tell, these modules compute."""
