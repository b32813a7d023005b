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
        "Price and value": "price expensive cheap reasonable cost worth deal money value",
        "Ordering and delivery": "order ordering online delivery shipped shipping arrived received company seller service",
        "Packaging and pack size": "box pack package packaging bag size opened container broken dented damaged",
        "Pet food": "food cat dry canned pet kitten puppy kibble",
        "Pet treats and chews": "treat dog chew training bone teeth",
        "Sauces and spices": "sauce hot spicy pepper bbq heat seasoning salsa spice",
        "Sugar, salt and diet": "sugar free gluten fat calorie sodium salt carb syrup sweetener diet",
        "Flavour and texture": "flavor texture strong rich mild bland chewy crunchy smooth",
        "Ingredients and quality": "ingredient organic natural artificial quality preservative",
        "Baking and mixes": "mix bread cake baking flour dough pancake muffin",
        "Soft drinks and juice": "drink juice soda energy water bottle caffeine",
        "Oils and dressings": "oil olive coconut dressing vinegar cooking salad",
        "Soups and noodles": "soup noodle ramen rice pasta broth",
        "Nuts and fruit": "nut almond peanut cashew fruit berry dried raisin butter",
        "Gifts": "gift christmas basket birthday present",
        "Baby food": "baby infant formula toddler",
        "Other brands": "brand grocery supermarket local",
    }.items()
}

# praise, blame, courtesy, time and filling: they say how a review judges, not what it is about. Negators do not matter
# here; the sentiment model keeps them (sentiment.py).
PRAISE_AND_FILLER = frozenset("""
absolutely actually ago almost amazing amazon available awesome awful bad best better big bit bought br buy can child come
coming couldn couple day decent definitely delicious did didn different disappointed disgusting does doesn doing don easy eat eaten eating
enjoy enjoyed enough especially exactly excellent expected fabulous fact fan fantastic far favorite feel felt fine finally
found friend getting give glad god goes going gone good goodness got great gross guess guy hadn half happy hard hasn hate haven
having help high higher highly honestly hope horrible horribly hour href http husband impressed incredible isn issue item
just kid kind know large later let like liked literally little long longer look looked looking lot love loved lover low lower
made make making maybe mean mind minute mom month morning nasty need needed new nice night old okay ounce outstanding overall
people perfect perfectly person pleased point pretty probably problem product pound purchase purchased purchasing put quickly
quite quot rating rather read reading real really reason recommend recommended regular review right said saw say second sell
selling sell shouldn short simply small sold something son sister daughter soon star start started stay stop store stuff stopped sure super taste tasted tasting
tasty terrible terrific thank thanks thing think thought time today told totally tried truly try trying turn turned twice
ultimately unfortunately usual usually use used using want wanted wasn waste wasted way week weren wife wish won wonderful work
worked worse worst wouldn wow www year yes yet yuck yum yummy able add added case type family having half place huge nothing
com came gave given took taken ended going ended home buying different away instead actual came everything anything something someone everyone anyone ever always never still even much many really well also because
""".split())
