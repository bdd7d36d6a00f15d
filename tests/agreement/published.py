"""Small data sets that others printed together with their results."""

import numpy as np
import pandas as pd

N = np.nan

# Krippendorff (2004), Content Analysis, section 11.4: 4 observers, 12 units, missing ratings; also Gwet
# (2014), Handbook of Inter-Rater Reliability, page 120, and in irrCAC the data set cac.raw4raters.
FOUR_OBSERVERS = pd.DataFrame(
    {
        "A": [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        "B": [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, N],
        "C": [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
        "D": [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    }
)

# Fleiss (1971), Psychol. Bull. 76:378-382, table 1: 30 patients, 6 psychiatrists, 5 diagnoses.
DIAGNOSES = [
    "444444", "222555", "233335", "555555", "222444", "113333", "333355", "113334", "114444", "555555",
    "144444", "124444", "222333", "144444", "224445", "333335", "111455", "111112", "224444", "133555",
    "555555", "244444", "224555", "114444", "144445", "222224", "111155", "224444", "133333", "555555",
]  # fmt: skip
PSYCHIATRISTS = pd.DataFrame([[int(digit) for digit in row] for row in DIAGNOSES])

# Distribution of six psychiatrists over five diagnoses, 15 patients: irrCAC, data set distrib.6raters.
SIX_RATERS = np.array(
    [
        [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0],
        [2, 0, 4, 0, 0], [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6],
        [1, 0, 0, 5, 0], [1, 1, 0, 4, 0], [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1],
    ]
)  # fmt: skip

# Shrout and Fleiss (1979), Psychol. Bull. 86:420-428, table 2: 6 targets, 4 judges.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]

# Two abstractors, 100 pregnancies: irrCAC, data set cont3x3abstractors.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]

# Cohen (1968), Psychol. Bull. 70:213-220, table 1: shares of 200 patients.
COHEN_1968 = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])

# Fleiss, Cohen and Everitt (1969), Psychol. Bull. 72:323-327, table 1: 200 patients.
FLEISS_1969 = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
FLEISS_1969_WEIGHTS = [[1, 0, 4 / 9], [0, 1, 2 / 3], [4 / 9, 2 / 3, 1]]
