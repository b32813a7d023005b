"""Ordinary sentences full of numbers, without anybody in them: nothing here may be masked. {a}, {b}, {c} are drawn numbers."""

import numpy as np

ENGLISH = """
I paid ${a}.99 and it dropped to ${b}.49 a week later.|{a}% off is a great deal, I bought {b} of them.|Ordered on 2023-11-{d},
arrived 11/2{e}/2023.
The {a} x {b} x {c} cm box fits my shelf.|My iPhone 15 Pro 256GB works with it.|Model XR-{a}{b} is better than the old one.|
Only {a} g of sugar per {b} g serving.
ISBN 9787111213826 is the edition I wanted.|Item number B0{a}GX{b} looks different from the photo.|Batch {a}{b}{c}7 tastes
stale.|It took {a} minutes and {b} seconds to heat up.
Rated 4.{e} out of 5 by {a}{b}0 people.|It has {a}{b}{c}0 views already.|5000 mAh battery lasts {e} days.|Runs at 2.4 GHz and
{a} Mbps.|1920x1080 at 144 Hz, {a} nits.
Delivery between 9:00 and 17:30 on 3 May 2024.|Bought in 2019-2020, still fine in 2024.|I ordered {a} pieces and got {b}.|The
case of 24 cans cost me {b} dollars.
In order to save {a}00 calories I switched.|My card was charged {b}.50 EUR, as it should be.|Return within 30 days, refund in
{e} to 7 days.|Size 42 EU / 8.5 US / 7.5 UK fits well.
A pack of 500 sheets, 80 gsm, {a} microns.|Firmware 10.2.1.4 fixed the noise.|Version 3.{e}.2 crashes on Android 13.|He is 6
feet 2 and it fits, 85 kg.|Thanks Amazon! Two for $ {a}.
Temperature went from {a} to {b} degrees F.|The 2nd one broke after {a} days, the 3rd after {b}.|Part no. 4471{a}{b} fits my
old mixer.|UPC 0123456789{e}5 was on the label.
SKU 6900000{a}{b} is sold out.|It costs 1,299.00 now, was 1,599.00.|I lost {e}.5 lbs in 12 weeks.|Total of 3 x {a}.95 = too
much.|Use code SAVE{e}0 for the deal.
Chapter 12, pages {a}-{b}, is missing.|It holds {a},{b} ml, about {e} cups.|Great product, 10/10 would buy again.|24/7 support
is nice to have.|The 100-240 V adapter works abroad.
LED bulb 60 W, 806 lumens, 2700 K.|Black Friday 2023 price was {a}.|Mixed in a ratio of 1:{e}, then 1:10.|Bought {e} years ago
for my 18 year old.|A 3.5 mm jack and a 6.35 mm one.
Dr. Martens 1460 size 9 is true to size.|Mark my words, will rose hip grace any tea?|May and June were hot.|Windows 11 22H2
needed a driver.|RTX 4070 runs at {a} fps.|The 80/20 rule applies.
Sodium {a} mg, potassium {b} mg, protein {e} g.|Zone {e} to zone 8 hardy.|EAN 4006381333931 matches the listing.|GPS drifts by
{a} m.|It weighs {a}.{e} oz, not {b} oz as stated.
Population {a}{b}000 people, one shop.|Coffee at 93 C for 25 s, 9 bar.|Set of 12 (4 x 3) plates.|Top 10 of {a}.|Rows {a} to {b}
are empty.|Thread count 1000, 100 cotton.|Since 1984 a classic.
Fan speeds 300 600 1200 and off.|I love it.me too, {a} times.|The Li Ion battery holds {a} mAh.|Mike and Ike, {e} boxes.
"""
CHINESE = """
花了{a}.9元，第二天降到{b}.5元。|打{e}折买的，满{a}减{b}很划算。|2023年11月{d}日下单，{e}天就到了。|
尺寸{a}×{b}×{c}厘米，刚好放下。|iPhone 15 Pro Max 256G 用着没问题。
型号XR-{a}{b}比旧款好用。|每100克含糖{a}克，蛋白质{e}克。|货号6901234{a}{b}缺货很久了。|条码6900000{a}{b}扫不出来。|
批号20231{a}的口感不好。|充电{a}分钟能用{e}小时。
评分4.{e}分，{a}{b}人评价过。|视频播放{a}{b}00次了。|5000毫安电池用{e}天。|身高178体重{a}公斤穿XL合适。|
早上9:00到晚上17:30都能送。|买了{a}件，只收到{b}件。|一箱24瓶，每瓶500ml。
一共{a}{b}元，退了{c}元。|退货{e}天内到账，运费{e}元。|37码偏大，建议买36.5。|500张A4纸，80克。|固件版本10.2.1.4修复了噪音。|
版本3.{e}.2在安卓13闪退。|价格从1299涨到1599。
水温93度，萃取25秒。|{a}%的棉，{b}%的聚酯纤维。|书号9787111213826印刷清晰。|卖了1{a}00000件的爆款。|
第{e}次回购，每次都买{a}包。|2019-2020年买的，现在还能用。
10分满分给{e}分。|24小时客服在线，很方便。|显卡RTX4070跑{a}帧。|路过3号店看了看，人很多。|5号电池要自己买。|
12寸蛋糕{e}个人吃刚好。|1比{e}兑水就行。|给3岁宝宝买的，{a}厘米。
金牌客服，马上就解决了。|高级经理级别的服务，方便又周到。|客服马上回复，态度很好。|成熟女士也适合这款。|
先生说不错，孩子也喜欢。|老师要求买的练习册{a}页。|我是老顾客了，{e}年买了{a}次。
白天看颜色偏黄，晚上偏白。|江苏发货{e}天到，新疆要{a}天。|这个价位{a}元左右真香。|功率{a}瓦，电压220伏。|
马上要双11了，囤了{a}包。|京东价{a}元，比门店便宜{b}元。|粤式口味，{a}克装。|安装师傅很专业，{a}分钟装好。
每天走{a}{b}步。|订单里有3件商品，少了1件。|快递{e}天才到，包裹有点破。|会员打95折，积分{a}分。|卡里还剩{a}元没用完。|
账号登录了{e}次才成功。|单号查不到，等了{a}小时。|微信支付{a}元，很快。
国产{a}寸屏，分辨率1920×1080。|保质期{a}天，生产日期20231105。|满意，{e}星，推荐给高要求的人。|小龙虾{a}块一份，{b}只。|
方便面买了{a}桶，白菜{b}元。|联系客服{e}次才处理，等了{a}分钟。
客服向我道歉{e}次。|我向客服投诉了{e}次。|顾客服务好，{e}星。|店员马虎，少给{e}件。|我是高中生，买了{e}本。|客服钱多久到账没说。
表姐说好，买了{e}件。|钱总也不退，等了{e}天。|同事向我推荐的{e}本。|儿子向别人换了{e}本书。|售后程序走了{e}天。
"""


LAST_LINES = (  # what texts end with on a line of its own
    "Returned|Worthless|Honestly|Cheap|Gluten Free|Starbucks|Monday|Highly Recommended|Never Again|Five Stars|Great Product|"
    "- Cheap|Green Tea|Peanut Butter|Vitamin C.|Will Return|Rich Flavor|Rich|"
    "谢谢|方便|值得买|高级感|许愿池|马上到|胡萝卜|何必呢|周末到|黄色的|白买了"
)


def ordinary(*, seed: int, n_draws: int = 4) -> list[str]:
    """Return each sentence `n_draws` times with different numbers."""
    rng = np.random.default_rng(seed)
    patterns = [part.strip() for part in (ENGLISH + CHINESE).replace("\n", "|").split("|") if part.strip()]
    ended = [f"{before}\n{last}" for last in LAST_LINES.split("|") for before in ("Arrived broken.", "东西收到了。")]
    return ended + [
        pattern.format(a=rng.integers(11, 900), b=rng.integers(11, 600), c=rng.integers(11, 90), d=rng.integers(10, 29),
            e=rng.integers(2, 9))
        for pattern in patterns for _ in range(n_draws)
    ]
