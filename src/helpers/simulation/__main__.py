"""python -m helpers.simulation DATASET=… PEOPLE=… SEED=…"""

import sys

from helpers.simulation.command import main

sys.exit(main(sys.argv[1:]))
