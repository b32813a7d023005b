import pytest

from helpers.identity.names import fold, is_pinyin, join_name, read_name
from helpers.texts.characters import pinyin_of


@pytest.mark.parametrize(
    "text",
    [
        "张伟",
        "張偉",
        " 张 伟 ",
        "张伟先生",
        "Zhang Wei",
        "ZHANG, Wei",
        "Wei Zhang",
        "wei zhang",
        "Wei Zhang 张伟",
        "张伟（老客户）",
    ],
)
def test_every_way_to_write_zhang_wei_has_one_key(text):
    name = read_name(text)
    assert (name.family_key, name.given_key, name.key) == ("zhang", "wei", "wei zhang")


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("欧阳娜娜", "ouyang", "nana"),
        ("Nana Ouyang", "ouyang", "nana"),
        ("單雄信", "shan", "xiongxin"),
        ("张小明", "zhang", "xiaoming"),
        ("Zhang Xiao-Ming", "zhang", "xiaoming"),
        ("Xiao Ming Zhang", "zhang", "xiaoming"),
        ("吕布", "lv", "bu"),
        ("欧阳", "ouyang", None),
    ],
)
def test_chinese_names_are_parted_after_their_surname(text, family, given):
    assert read_name(text)[2:4] == (family, given)


@pytest.mark.parametrize(
    ("text", "family", "gender"), [("王女士", "wang", "female"), ("王**", "wang", None), ("Mrs Smith", "smith", "female")]
)
def test_a_title_or_a_mask_leaves_a_family_name_only(text, family, gender):
    name = read_name(text)
    assert (name.family_key, name.given_key, name.gender) == (family, None, gender)


@pytest.mark.parametrize(
    ("text", "family", "given"),
    [
        ("Mr. Bob O'Neil", "oneil", "robert"),
        ("O’Neil, Robert", "oneil", "robert"),
        ("Maria de la Cruz", "delacruz", "maria"),
        ("Jürgen Müller Jr.", "muller", "jurgen"),
        ("Anna Maria Schmidt", "schmidt", "anna"),
        ("Łukasz Nowak", "nowak", "lukasz"),
        ("Cher", None, "cher"),
    ],
)
def test_western_names_lose_titles_marks_and_nicknames(text, family, given):
    assert read_name(text)[2:4] == (family, given)


@pytest.mark.parametrize("text", ["", " ", "无", "N/A", "散客", "无名", "微信用户", "test", "---", "xxxx", "Walk-in", None])
def test_what_stands_for_no_name_is_no_name(text):
    assert read_name(text).key is None


def test_a_long_run_of_characters_is_not_split_into_family_and_given_name():
    name = read_name("阿卜杜拉·热合曼")
    assert name.family_key is None and name.hanzi == "阿卜杜拉热合曼"


def test_parts_are_joined_as_each_script_writes_them():
    assert join_name("张", "伟") == "张伟"
    assert join_name("Green", "Ann", "whatever") == "Green, Ann"
    assert join_name(None, None, "Ann Green") == "Ann Green"
    assert read_name(join_name("Green", None)).family_key == "green"
    assert join_name(None, None) is None


def test_letters_are_folded_and_syllables_recognised():
    assert fold("Ærøskøbing ß Ł") == "aeroskobing ss l"
    assert is_pinyin("xiaoming") and is_pinyin("xian") and not is_pinyin("smith") and not is_pinyin("jackson")
    assert pinyin_of("小明") == "xiaoming"
