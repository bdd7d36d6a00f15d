"""An invented service organisation whose five quarters of records are drawn from one seed."""
