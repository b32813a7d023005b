"""The words that themes.py works with: names of themes by their anchor words, and words that name no theme.

Edit freely: a name needs its Chinese in locale/zh/voc.po; anchor words are lower case and singular.
"""

import re

THEME_NAMES: dict[str, frozenset[str]] = {
    name: frozenset(anchors.split())
    for name, anchors in {
        "tea": "tea green black loose iced steep chai earl grey",
        "coffee": "coffee roast bean espresso decaf brew keurig pod mug",
        "chocolate": "chocolate cocoa dark truffle fudge brownie",
        "candy": "candy gummy gum licorice lollipop sour jelly mint",
        "cookies": "cookie cracker chip snack bar granola pretzel popcorn",
        "price": "price expensive cheap reasonable reasonably worth deal money value pay",
        "shipping": "ship shipping fast quick cost charge postage freight",
        "ordering": "order online deliver delivery receive arrive company cancel service",
        "condition on arrival": "package packaging arrive receive condition wrap damage dent crush broken leak",
        "pack size": "box pack size packet carton",
        "bags": "bag open plastic seal zip",
        "pet food": "food cat dry canned pet feed kitten kibble",
        "pet treats": "treat train cat dog reward",
        "dog chews": "dog chew bone bon vet teeth allergy puppy",
        "sauces": "sauce hot spicy pepper bbq heat season salsa spice",
        "sugar": "sugar free gluten fat calorie sodium salt carb syrup sweetener diet",
        "flavor": "flavor flavour texture strong rich mild bland chewy crunchy smooth",
        "ingredients": "ingredient organic natural artificial quality preserve",
        "baking": "mix bread cake bake flour dough pancake muffin",
        "soft drinks": "drink juice soda energy water bottle caffeine",
        "oil": "oil olive coconut dress vinegar salad",
        "soups": "soup noodle ramen rice pasta broth",
        "nuts": "nut almond peanut cashew fruit berry raisin butter",
        "gifts": "gift christmas basket birthday present",
        "baby food": "baby infant formula toddler",
        "other brands": "brand grocery supermarket local compare",
    }.items()
}

# praise, blame, courtesy, time and filling: they say how a review judges, not what it is about. Negators do not matter
# here; the sentiment model keeps them (sentiment.py).
PRAISE_AND_FILLER = frozenset(re.findall(r"\w+", """
able absolutely actual actually add added ago almost also always amazing amazon anyone anything available away awesome
awful bad because best better big bit bought br buy buying came can case child com come coming couldn couple daughter
day decent definitely delicious did didn different disappointed disgusting does doesn doing don easy eat eaten eating
ended enjoy enjoyed enough especially even ever everyone everything exactly excellent expected fabulous fact family
fan fantastic far favorite feel felt finally fine found friend gave getting give given glad god goes going gone good
goodness got great gross guess guy hadn half happy hard hasn hate haven having help high higher highly home honestly
hope horrible horribly hour href http huge husband impressed incredible instead isn issue item just kid kind know
large later let like liked literally little long longer look looked looking lot love loved lover low lower made make
making many maybe mean mind minute mom month morning much nasty need needed never new nice night nothing okay old
ounce outstanding overall people perfect perfectly person place pleased point pound pretty probably problem product
purchase purchased purchasing put quickly quite quot rather rating read reading real really reason recommend
recommended regular review right said saw say second sell selling short shouldn simply sister small sold someone
something son soon star start started stay still stop stopped store stuff super sure taken taste tasted tasting tasty
terrible terrific thank thanks thing think thought time today told took totally tried truly try trying turn turned
twice type ultimately unfortunately use used using usual usually want wanted wasn waste wasted way week well weren
wife wish won wonderful work worked worse worst wouldn wow www year yes yet yuck yum yummy
"""))
