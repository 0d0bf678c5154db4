"""papers: made-up receipts of every kind of arithmetic, each with what must be read; every name and number is invented.

Each is read as it stands, and again with each of its amounts one unit off: then it must not be accepted with another
base. `rests_on` are the lines whose amounts prove the base: one unit off there, it must be held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.formats import StoreContext
from agent.receipt import Kind
from tests.formats.printed import CANADA, GERMANY, HOME

JAPAN = StoreContext(country="JP", currency="JPY", exponent=0)
KOREA = StoreContext(country="KR", currency="KRW", exponent=0)
INDONESIA = StoreContext(country="ID", currency="IDR", exponent=0, cash_rounding=100)
BRITAIN = StoreContext(country="GB", currency="GBP")
AUSTRALIA = StoreContext(country="AU", currency="AUD", cash_rounding=5)
MALAYSIA = StoreContext(country="MY", currency="MYR", cash_rounding=5)
SWITZERLAND = StoreContext(country="CH", currency="CHF", cash_rounding=5)
BRAZIL = StoreContext(country="BR", currency="BRL")


@dataclass(frozen=True, slots=True)
class Paper:
    name: str
    text: str
    context: StoreContext
    expected: Mapping[str, Any]
    rests_on: tuple[str, ...] = field(default=())


def sale(base: int, total: int, **more: Any) -> dict[str, Any]:
    return {"kind": Kind.SALE, "award_base": base, "total": total, **more}


PAPERS = (
    # ---- taxes -----------------------------------------------------------------------------------
    Paper(
        "two taxes on top",
        """
        T-Shirt                     20.00
        Mug                          9.50
        SUBTOTAL                    29.50
        GST 5%                       1.48
        PST 7%                       2.07
        TOTAL                       33.05
        INTERAC                     33.05
        """,
        CANADA,
        sale(2950, 33_05, tax=355, tenders=(("INTERAC", 3305),)),
        ("SUBTOTAL", "GST", "PST", "TOTAL ", "INTERAC"),
    ),
    Paper(
        "tax lines that name what they are on",
        """
        21-GROCERY
        06038318640 PC PASTA SAUCE        MRJ    2.49
        27-PRODUCE
        (2)4011 BANANA                    MRJ    1.88
        41-HOME
        05870311113 CANDLE SET            HMRJ  12.99
        SUBTOTAL                                17.36
        H=HST 13%      12.99 @ 13.000%           1.69
        TOTAL                                   19.05
        DEBIT                                   19.05
        """,
        CANADA,
        sale(1736, 1905, tax=169),
        ("SUBTOTAL", "TOTAL  "),
    ),
    Paper(
        "tax without a leading zero",
        """
        Gum                          7.50
        SUBTOTAL                     7.50
        SALES TAX                     .60
        TOTAL                       $8.10
        CASH                        10.00
        CHANGE                       1.90
        """,
        HOME,
        sale(750, 810, tax=60, change=190),
        ("SUBTOTAL", "SALES TAX", "TOTAL  ", "CASH", "CHANGE"),
    ),
    Paper(
        "tax inside, said behind the total",
        """
        Flat white x2                9.00
        Banana bread                 6.50
        TOTAL                      $15.50
        EFTPOS                      15.50
        GST included in total        1.41
        """,
        AUSTRALIA,
        sale(1409, 1550, tax=141),
        ("TOTAL  ", "GST included"),
    ),
    Paper(
        "tax inside, two rates in a table",
        """
        2 Flat White                      8,40
        1 Brezel                          2,90
        SUMME EUR                        11,30
        BAR                              20,00
        RÜCKGELD                          8,70
        Satz        Netto    MwSt   Brutto
        19%          7,06    1,34     8,40
         7%          2,71    0,19     2,90
        """,
        GERMANY,
        sale(977, 1130, tax=153, change=870, exponent=2, currency="EUR"),
        ("SUMME", "BAR", "RÜCKGELD", "19%", " 7%"),
    ),
    Paper(
        "German restaurant: net and tax below the total",
        """
        Rg.-Nr.: 42        Tisch 7
        1 x Weizen                        4,90
        1 x Wasser                        2,90
        Total                         7,80 EUR
        Umsatz 19% exkl.                  6,55
        MwSt 19%                          1,25
        BAR                               7,80
        """,
        GERMANY,
        sale(655, 780, tax=125, number="42"),
        ("Total", "Umsatz", "MwSt"),
    ),
    Paper(
        "VAT inside by letters",
        """
        A MILK 2L                         1.45
        B SHAMPOO                         3.60
        TOTAL                            £5.05
        VISA DEBIT                        5.05
        VAT A 0%     1.45    0.00
        VAT B 20%    3.00    0.60
        """,
        BRITAIN,
        sale(445, 505, tax=60),
        ("TOTAL", "VAT B"),
    ),
    Paper(
        "tax exempt",
        """
        Rice 5kg                         12.49
        SUBTOTAL                         12.49
        TAX                               0.00
        TOTAL                            12.49
        EBT SNAP                         12.49
        """,
        HOME,
        sale(1249, 1249, tax=0),
        ("SUBTOTAL", "TOTAL  ", "EBT"),
    ),
    # ---- rounding --------------------------------------------------------------------------------
    Paper(
        "cash rounded behind the total",
        """
        Milk                              5.49
        Bread                             4.69
        SUBTOTAL                         10.18
        GST 5%                            0.51
        TOTAL                            10.69
        CASH                             20.00
        CHANGE                            9.30
        """,
        CANADA,
        sale(1018, 1069, tax=51, change=930),
        ("SUBTOTAL", "GST", "TOTAL  "),
    ),
    Paper(
        "cash rounding printed behind the total",
        """
        Milk                              5.49
        Bread                             4.69
        SUBTOTAL                         10.18
        GST 5%                            0.51
        TOTAL                            10.69
        CASH ROUNDING                     0.01
        CASH                             20.00
        CHANGE DUE                        9.30
        """,
        CANADA,
        sale(1018, 1069, tax=51),
        ("SUBTOTAL", "GST", "TOTAL  "),
    ),
    Paper(
        "rounding inside the total",
        """
        Teh Tarik                         2.20
        Nasi Lemak                        8.30
        SUB TOTAL                        10.50
        SERVICE TAX 6%                    0.63
        ROUNDING ADJ                      0.02
        TOTAL                            11.15
        CASH                             20.00
        CHANGE                            8.85
        """,
        MALAYSIA,
        sale(1050, 1115),
        ("SUB TOTAL", "TOTAL  ", "CASH", "CHANGE"),
    ),
    Paper(
        "two totals around a rounding",
        """
        Kaffee                            4.82
        Gipfel                            1.90
        Total                             6.72
        Rundung                          -0.02
        Total CHF                         6.70
        Bar                              10.00
        Rückgeld                          3.30
        MwSt 8.1% inkl.                   0.50
        """,
        SWITZERLAND,
        sale(622, 670, currency="CHF"),
    ),
    # ---- tips, fees, charges -----------------------------------------------------------------------
    Paper(
        "service charge before the tax",
        """
        2 Cortado                         8.50
        1 Almond croissant                4.50
        Subtotal                         13.00
        Service charge 10%                1.30
        Tax 8%                            1.04
        TOTAL                            15.34
        CASH                             20.00
        CHANGE                            4.66
        """,
        HOME,
        sale(1300, 1534, tax=104, fees=130),
        ("Subtotal", "Service charge", "Tax", "TOTAL  "),
    ),
    Paper(
        "tip behind the total of the final receipt",
        """
        Check 184   Table 9   Server MAYA
        2 Cortado                         8.50
        Sandwich                          9.00
        Subtotal                         17.50
        Tax 8%                            1.40
        TOTAL                            18.90
        Tip                               3.00
        GRAND TOTAL                      21.90
        MASTERCARD XXXXXXXXXXXX5555      21.90
        """,
        HOME,
        sale(1750, 2190, tip=300, tax=140, number="184"),
        ("Subtotal", "Tax", "Tip", "GRAND TOTAL", "TOTAL   "),
    ),
    Paper(
        "automatic gratuity",
        """
        Party of 9                      210.00
        Subtotal                        210.00
        Tax                              18.64
        Auto Gratuity 18%                37.80
        Total                           266.44
        AMEX                            266.44
        """,
        HOME,
        sale(21000, 26644, tip=3780, tax=1864),
        ("Subtotal", "Tax", "Auto Gratuity", "Total  "),
    ),
    Paper(
        "bottle deposit and eco fee below the subtotal",
        """
        Sparkling water 12pk              5.99
        Light bulb                        4.00
        SUBTOTAL                          9.99
        BOTTLE DEPOSIT                    1.20
        ECO FEE                           0.15
        GST                               0.50
        TOTAL                            11.84
        VISA                             11.84
        """,
        CANADA,
        sale(999, 1184, fees=135, tax=50),
        ("SUBTOTAL", "BOTTLE", "ECO", "GST", "TOTAL  "),
    ),
    Paper(
        "deposit among the articles",
        """
        ORANGE JUICE 1L                   4.29
        DEPOSIT 1                         0.10
        EHC                               0.08
        SUBTOTAL                          4.47
        TOTAL                             4.47
        CASH                              5.00
        ROUNDING                          0.02-
        CHANGE                            0.55
        """,
        CANADA,
        sale(447, 447),
    ),
    Paper(
        "delivery fee and a round-up for charity",
        """
        Bouquet                          45.00
        Subtotal                         45.00
        Delivery fee                      8.00
        Tax                               3.60
        Round up donation                 0.40
        Total                           $57.00
        Visa ****1111                   $57.00
        """,
        HOME,
        sale(4500, 5700, fees=840, tax=360),
        ("Subtotal", "Delivery", "Tax", "Round up", "Total  "),
    ),
    # ---- discounts -------------------------------------------------------------------------------
    Paper(
        "discounts on the lines",
        """
        Dry Food 25lb                    74.99
          Mfr coupon                     -5.00
        Rubber Toy                       14.99
          MEMBER 10%                     -1.50
        Subtotal                         83.48
        Tax 8.625%                        7.20
        TOTAL                            90.68
        VISA                             90.68
        """,
        HOME,
        sale(8348, 9068, discount=650, tax=720),
        ("Subtotal", "Tax", "TOTAL", "Dry Food", "coupon", "MEMBER"),
    ),
    Paper(
        "cart coupon below the subtotal",
        """
        Jacket                           60.00
        Scarf                            20.00
        Subtotal                         80.00
        Coupon SPRING10                  -8.00
        Sales tax 5%                      3.60
        Total                            75.60
        DISCOVER                         75.60
        """,
        HOME,
        sale(7200, 7560, discount=800, tax=360),
        ("Subtotal", "Coupon", "Sales tax", "Total  "),
    ),
    Paper(
        "cart discount printed without a minus",
        """
        Jacket                           60.00
        Scarf                            20.00
        Subtotal                         80.00
        Discount                          8.00
        Sales tax 5%                      3.60
        Total                            75.60
        DISCOVER                         75.60
        """,
        HOME,
        sale(7200, 7560, discount=800, tax=360),
        ("Subtotal", "Discount", "Sales tax", "Total  "),
    ),
    Paper(
        "a discount per piece, its total said below",
        """
        Gummies 10pk
          2 @ 12.00 ea                   24.00
          --HAPPY HOUR                   -1.00
        Vape cart                        35.00
        Subtotal:                        59.00
        Total Discount:                  -2.00
        Tax:                              5.70
        Total:                           62.70
        Cash:                            70.00
        Change:                           7.30
        """,
        HOME,
        sale(5700, 6270, discount=200, tax=570),
        ("Subtotal", "Total Discount", "Tax", "Total:  "),
    ),
    Paper(
        "subtotal before and after discounts",
        """
        Lamp                            100.00
        Shade                            40.00
        Subtotal before discounts       140.00
        Discounts                       -14.00
        Subtotal after discounts        126.00
        Tax                               7.56
        Total                           133.56
        MASTERCARD                      133.56
        """,
        HOME,
        sale(12600, 13356, discount=1400, tax=756),
        ("after", "Tax", "Total  "),
    ),
    Paper(
        "you saved is no discount",
        """
        REG PRICE 5.99
        Granola                           4.99
        Milk                              3.49
        SUBTOTAL                          8.48
        TAX                               0.42
        TOTAL                             8.90
        VISA                              8.90
        YOU SAVED                         1.00
        TOTAL YOUR SAVINGS                1.00
        """,
        HOME,
        sale(848, 890, tax=42),
        ("SUBTOTAL", "TAX", "TOTAL    "),
    ),
    # ---- payments --------------------------------------------------------------------------------
    Paper(
        "two cards, half each",
        """
        Dinner                           20.00
        Subtotal                         20.00
        Tax                               1.60
        Total                            21.60
        VISA ****4729                    10.80
        VISA ****1111                    10.80
        """,
        HOME,
        sale(2000, 2160, tax=160, tenders=(("VISA", 1080), ("VISA", 1080))),
        ("Subtotal", "Tax", "Total  ", "VISA"),
    ),
    Paper(
        "gift card and store credit used",
        """
        Dry Food 25lb                    74.99
        Reward $10 off                  -10.00
        Subtotal                         64.99
        Sales Tax 8.625%                  5.61
        TOTAL                            70.60
        STORE CREDIT                     20.00
        GIFT CARD ************1234       30.00
        VISA ************4729            20.60
        Gift card balance                12.50
        """,
        HOME,
        sale(6499, 7060, tenders=(("STORE CREDIT", 2000), ("GIFT CARD", 3000), ("VISA", 2060))),
        ("Subtotal", "Sales Tax", "TOTAL ", "STORE CREDIT", "VISA"),
    ),
    Paper(
        "gift card sold",
        """
        GIFT CARD SALE 6006***1234       25.00
        Greeting card                     4.00
        Subtotal                         29.00
        Tax                               0.32
        Total                            29.32
        CASH                             30.00
        CHANGE                            0.68
        """,
        HOME,
        sale(2900, 2932, items=(("GIFT CARD SALE 6006***1234", 1, 2500), ("Greeting card", 1, 400))),
        ("Subtotal", "Tax", "Total  "),
    ),
    Paper(
        "cash back on top",
        """
        Milk                              5.49
        SUBTOTAL                          5.49
        TAX                               0.33
        TOTAL                             5.82
        DEBIT                            25.82
        CASH BACK                        20.00
        """,
        HOME,
        sale(549, 582, tax=33),
        ("SUBTOTAL", "TAX", "TOTAL ", "DEBIT"),
    ),
    Paper(
        "paid in another currency, change in our own",
        """
        Souvenir                         30.00
        SUBTOTAL                         30.00
        HST 13%                           3.90
        TOTAL                            33.90
        USD 30.00 @ 1.3500
        US CASH                          40.50
        CHANGE                            6.60
        """,
        CANADA,
        sale(3000, 3390, tax=390, change=660),
        ("SUBTOTAL", "HST", "TOTAL "),
    ),
    Paper(
        "card slip glued below",
        """
        Receipt 5512
        Milk                              5.49
        SUBTOTAL                          5.49
        TAX 8%                            0.44
        TOTAL                             5.93
        VISA                              5.93
        --------------------------------------
        TERMINAL 0091
        VISA ****4729            CHIP
        AMOUNT                           $5.93
        TIP                              $1.00
        TOTAL                            $6.93
        APPROVED 012345
        CUSTOMER COPY
        """,
        HOME,
        sale(549, 593, tax=44, number="5512"),
        ("SUBTOTAL", "TAX"),
    ),
    Paper(
        "points of another programme and a survey code",
        """
        Trans# 4455  Reg 3  Cashier: Lee
        Shampoo                           6.49
        SUBTOTAL                          6.49
        TAX                               0.57
        TOTAL                             7.06
        VISA                              7.06
        Loyalty Points Earned: 0.32
        Points balance: 145.20
        AIR MILES 1 Miles
        Survey code: 0279-4033-2211-1303
        Win $500.00: take our survey
        """,
        HOME,
        sale(649, 706, tax=57, number="4455"),
        ("SUBTOTAL", "TAX", "TOTAL "),
    ),
    # ---- currencies ------------------------------------------------------------------------------
    Paper(
        "thousands dot and decimal comma",
        """
        Fernseher 55"                   949,00
        Wandhalterung                   116,00
        Summe EUR                     1.065,00
        Karte                         1.065,00
        MwSt 19%                        170,04
        Netto                           894,96
        """,
        GERMANY,
        sale(89496, 106500, tax=17004),
        ("Summe", "MwSt", "Netto"),
    ),
    Paper(
        "yen, tax on top",
        """
        おにぎり                          ¥130
        緑茶                              ¥150
        小計                              ¥280
        消費税等(8%)                       ¥22
        合計                              ¥302
        お預り                            ¥502
        お釣り                            ¥200
        """,
        JAPAN,
        sale(280, 302, tax=22, change=200, exponent=0),
        ("小計", "消費税", "合計"),
    ),
    Paper(
        "yen, tax inside",
        """
        コーヒー                          ¥440
        ケーキ                            ¥550
        合計                              ¥990
        (内消費税等                        ¥90)
        現金                            ¥1,000
        お釣り                             ¥10
        """,
        JAPAN,
        sale(900, 990, tax=90, change=10),
        ("合計", "内消費税"),
    ),
    Paper(
        "won with the supply value",
        """
        아메리카노                      4,500
        케이크                          6,500
        합계                           11,000
        과세물품가액                   10,000
        부가세                          1,000
        신용카드                       11,000
        """,
        KOREA,
        sale(10000, 11000, tax=1000),
        ("합계", "부가세"),
    ),
    Paper(
        "rupiah with thousands dots",
        """
        2 NASI GORENG          Rp  70.000
        1 ES TEH               Rp  15.000
        SUB TOTAL              Rp  85.000
        SERVICE CHARGE 5%      Rp   4.250
        PB1 10%                Rp   8.925
        TOTAL                  Rp  98.175
        TUNAI                  Rp 100.000
        KEMBALI                Rp   1.825
        """,
        INDONESIA,
        sale(85000, 98175, tax=8925, fees=4250, change=1825, exponent=0),
        ("SUB TOTAL", "PB1", "TOTAL   "),
    ),
    Paper(
        "rupiah with commas and no sign",
        """
        1x CHICKEN KATSU         45,000
        1x LEMON TEA             18,000
        Subtotal                 63,000
        Pajak 10%                 6,300
        Total                    69,300
        Cash                    100,000
        Change                   30,700
        """,
        INDONESIA,
        sale(63000, 69300, tax=6300, change=30700),
        ("Subtotal", "Pajak", "Total  "),
    ),
    Paper(
        "reais",
        """
        1 CAFE EXPRESSO               R$ 8,50
        2 PAO DE QUEIJO               R$ 12,00
        Subtotal                      R$ 20,50
        Taxa de servico 10%           R$ 2,05
        Total                         R$ 22,55
        Dinheiro                      R$ 50,00
        Troco                         R$ 27,45
        """,
        BRAZIL,
        sale(2050, 2255, fees=205, change=2745, currency="BRL"),
        ("Subtotal", "Taxa", "Total  "),
    ),
    # ---- layouts ---------------------------------------------------------------------------------
    Paper(
        "dispensary: subtotal before discounts, wrapped names, allotment",
        """
        GREEN EXAMPLE
        (555) 555-0100
        Customer:: 8842
        ORDER #: 553201
        EXAMPLE - CAMINO - MIDNIGHT BLU (.10g)
        EBERRY
        1A4060300002EE1000012345
        Category: Edible
        Batch: 2291-A
          2 @ 25.00 ea                   50.00
          --BOGO                         -$5.00
        PREROLL 1g                       12.00
          --CART - $5 OFF ORDER          -$5.00
        Total Items: 3
        Total Grams: 4.20
        Starting Allotment: 28.00
        Subtotal:                        62.00
        Total Discount:                 -15.00
        Tax:                              $.60
        Pay By Bank Fee:                 $0.26
        Total:                          $47.86
        Pay By Bank:                    $47.86
        Due Customer:                    $0.00
        Loyalty Points Earned: 0.96
        ** Not opted-into program **
        """,
        HOME,
        sale(
            4700,
            4786,
            tax=60,
            fees=26,
            discount=1500,
            change=0,
            number="553201",
            items=(("EXAMPLE - CAMINO - MIDNIGHT BLU (.10g)", 2, 5000), ("PREROLL 1g", 1, 1200)),
        ),
        ("Subtotal", "Total Discount", "Tax", "Bank Fee", "Total: "),
    ),
    Paper(
        "SKU before the name, tax marks behind the amount",
        """
        064992501252 DRY FOOD 25LB         74.99 T
        4011 BANANAS
        1.22 lb @ $0.69/lb                  0.84 N
        7 UP 12PK                           6.99 T
        SUBTOTAL                           82.82
        TAX                                 6.56
        TOTAL                              89.38
        DEBIT TEND                         89.38
        # ITEMS SOLD 3
        """,
        HOME,
        sale(8282, 8938, tax=656),
        ("SUBTOTAL", "TAX", "TOTAL ", "DEBIT"),
    ),
    Paper(
        "modifiers in brackets that are part of the price",
        """
        Cheeseburger x 2                 15.70
        ($7.85 each)
        Combo, Grilled Onion ($0.75)
        Fries                             4.30
        Subtotal                         20.00
        Sales Tax                         2.05
        Total                            22.05
        Cash                             25.00
        Change                            2.95
        """,
        HOME,
        sale(2000, 2205, tax=205, change=295, items=(("Cheeseburger", 2, 1570), ("Fries", 1, 430))),
        ("Subtotal", "Sales Tax", "Total  "),
    ),
    Paper(
        "departments with subtotals of their own",
        """
        Apples                            3.00
        Pears                             4.00
        TOTAL 0% GOODS                    7.00
        Soap                             10.00
        TOTAL 6% GOODS (EXCL. GST)       10.00
        GST                               0.60
        TOTAL 6% GOODS (INC. GST)        10.60
        TOTAL 0% GOODS                    7.00
        TOTAL PAYABLE                    17.60
        """,
        MALAYSIA,
        sale(1700, 1760, tax=60),
        ("GST   ", "TOTAL PAYABLE"),
    ),
    Paper(
        "card terminal prints what was tendered with a minus",
        """
        240201  COMPUTER ACCESSORIES
                   89.00       1         89.00 S
        TOTAL RM                         89.00
        CASH                           -100.00
        CASH                             11.00
        GST S          6%       83.96     5.04
        """,
        MALAYSIA,
        sale(8396, 8900, tax=504),
        ("TOTAL RM", "GST S"),
    ),
)
