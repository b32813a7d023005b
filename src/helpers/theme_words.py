"""The words that themes.py works with: names of themes by their anchor words, and words that name no theme.

Edit freely: a name needs its Chinese in locale/zh/voc.po; anchor words are lower case and singular.
"""

THEME_NAMES: dict[str, frozenset[str]] = {
    name: frozenset(anchors.split())
    for name, anchors in {
        "Tea": "tea green black loose iced steep chai earl grey",
        "Coffee": "coffee roast bean espresso decaf brew keurig pod mug",
        "Chocolate": "chocolate cocoa dark truffle fudge brownie",
        "Candy and sweets": "candy gummy gum licorice lollipop sour jelly mint",
        "Cookies and snacks": "cookie cracker chip snack bar granola pretzel popcorn",
        "Price and value": "price expensive cheap reasonable reasonably worth deal money value pay",
        "Shipping cost and speed": "ship shipping fast quick cost charge postage freight",
        "Ordering and delivery": "order online deliver delivery receive arrive company cancel service",
        "Condition on arrival": "package packaging arrive receive condition wrap damage dent crush broken leak",
        "Boxes and pack size": "box pack size packet carton ounce",
        "Bags and seals": "bag open plastic seal zip",
        "Pet food": "food cat dry canned pet feed kitten kibble",
        "Pet treats": "treat train cat dog reward",
        "Dog chews and health": "dog chew bone bon vet teeth allergy puppy",
        "Sauces and spices": "sauce hot spicy pepper bbq heat season salsa spice",
        "Sugar, salt and diet": "sugar free gluten fat calorie sodium salt carb syrup sweetener diet",
        "Flavour and texture": "flavor flavour texture strong rich mild bland chewy crunchy smooth",
        "Ingredients and quality": "ingredient organic natural artificial quality preserve",
        "Baking and mixes": "mix bread cake bake flour dough pancake muffin",
        "Soft drinks and juice": "drink juice soda energy water bottle caffeine",
        "Oils and dressings": "oil olive coconut dress vinegar salad",
        "Soups and noodles": "soup noodle ramen rice pasta broth",
        "Nuts and fruit": "nut almond peanut cashew fruit berry raisin butter",
        "Gifts": "gift christmas basket birthday present",
        "Baby food": "baby infant formula toddler",
        "Other brands": "brand grocery supermarket local compare",
    }.items()
}

# praise, blame, courtesy, time and filling: they say how a review judges, not what it is about. Negators do not matter
# here; the sentiment model keeps them (sentiment.py).
PRAISE_AND_FILLER = frozenset("""
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
""".split())
