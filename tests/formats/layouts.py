"""layouts: made-up receipts in the layouts of many countries' tills, each with what must be read; all is invented."""

from agent.formats import StoreContext
from agent.receipt import Kind
from tests.formats.papers import INDONESIA, JAPAN, KOREA, Paper, sale
from tests.formats.printed import CANADA, GERMANY, HOME

FRANCE = StoreContext(country="FR", currency="EUR")
SPAIN = StoreContext(country="ES", currency="EUR")
ITALY = StoreContext(country="IT", currency="EUR")
MEXICO = StoreContext(country="MX", currency="MXN")
SWEDEN = StoreContext(country="SE", currency="SEK", cash_rounding=100)
INDIA = StoreContext(country="IN", currency="INR", cash_rounding=100)

LAYOUTS = (
    Paper(
        "Canada: warehouse club: coupon below its article, taxes below the change",
        """
         Member 111812345678
            1234567   KS WATER 40PK      3.99
            1234568   DEPOSIT            4.00
            987654    ROTISSERIE         7.99
            555555    JEANS             21.99 GP
            0000331   /555555            4.00-GP
            SUBTOTAL                    33.97
            TAX                          2.16
        **** TOTAL                      36.13
        XXXXXXXXXXXX1234                   C
        MASTERCARD                      36.13
            CHANGE                        .00
         (G) GST 5%                       .90
         (P) PST 7%                      1.26
         TOTAL TAX                       2.16
         TOTAL NUMBER OF ITEMS SOLD =  4
         INSTANT SAVINGS            $    4.00
        """,
        CANADA,
        sale(3397, 3613, tax=216),
    ),
    Paper(
        "Canada: hypermarket: rounding printed last",
        """
        ST# 3001 OP# 00001234 TE# 12 TR# 04567
        BANANAS      000000004011KI
          1.120 kg @ 1 kg /1.52           1.70 D
        GV MILK 4L   062891512345         4.27 D
        HAND SOAP    062891598765         2.97 J
                     SUBTOTAL             8.94
           GST 5.0000 %                   0.15
                     TOTAL                9.09
                     CASH TEND           20.00
                     CHANGE DUE          10.90
                   ROUNDING               0.01
        # ITEMS SOLD 3
        TC# 1234 5678 9012 3456 7890
        """,
        CANADA,
        sale(894, 909, tax=15),
    ),
    Paper(
        "Canada: hardware store: card number on the total's next line",
        """
        00097 00011 12345  11/14/16 10:15 AM
        CASHIER JANE
        062338 PAINT <A>                  32.97
        0000-123 SCREWS
           2@16.98                        33.96
        SUBTOTAL                          66.93
        GST/HST                            8.70
        TOTAL                            $75.63
        XXXXXXXXXXXX1234 VISA
                                     CAD$ 75.63
        AUTH CODE 012345
        """,
        CANADA,
        sale(6693, 7563, tax=870),
    ),
    Paper(
        "Canada: sandwich shop: card slip below",
        """
        Qty Size Item               Price
        --- ---- ----               -----
        1   6"   Turkey Sub          5.50
        1        Cookie              0.99
        Sub Total                    6.49
        HST (13%)                    0.84
        Total (Eat In)               7.33
        Credit Card                  7.33
        Change                       0.00
        Approval No: 012345
        Reference No: 500012345
        Card Issuer: Visa
        Account No: ************1234
        Acquired: Contactless
        Amount: $7.33
        """,
        CANADA,
        sale(649, 733, tax=84),
    ),
    Paper(
        "Canada: variety store",
        """
        STORAGE BOX      667888         $4.00H
        2 @ $1.25
        CARD             667899         $2.50H
        SUBTOTAL                        $6.50
        HST 13%                         $0.85
        TOTAL                           $7.35
        CASH                           $10.00
        CHANGE                          $2.65
        """,
        CANADA,
        sale(650, 735, tax=85),
    ),
    Paper(
        "Canada: coffee shop: rounded change",
        """
        COFFEE LG                        1.95
        DONUT                            1.19
        SUBTOTAL                         3.14
        HST                              0.41
        TAKE OUT TOTAL                   3.55
        CASH                             5.00
        ROUNDED CHANGE                   1.45
        """,
        CANADA,
        sale(314, 355, tax=41),
    ),
    Paper(
        "Canada: grocery with departments and deposits",
        """
        21-GROCERY
        06038318640   PC SAUCE            MRJ    2.49
        DEPOSIT 1                                0.10
        22-DAIRY
        06810084245   MILK 2%             MRJ    4.29
        SUBTOTAL                                 6.88
        TOTAL                                    6.88
        DEBIT TND                                6.88
        CHANGE                                   0.00
        PC POINTS EARNED 120
        CLOSING BALANCE 45,200
        """,
        CANADA,
        sale(688, 688),
    ),
    Paper(
        "Canada: auto parts: resumed transaction",
        """
        TRANS'N RESUMED
        STORE 123   REG 4  TRANSACTION #: 75  10:01
        063-1234-6  WIPER BLADE       $ 12.99
        099-0000-1  ENV FEE           $  0.30
        SUBTOTAL                      $ 13.29
        HST 13% 123456789             $  1.73
        T O T A L                     $ 15.02
        MASTERCARD                    $ 15.02
        CHANGE                        $  0.00
        TRANS #: 78
        """,
        CANADA,
        sale(1329, 1502, tax=173, number="78"),
    ),
    Paper(
        "Canada: grocery: slip glued below",
        """
        Apples                          4.00
        SUBTOTAL                        4.00
        TOTAL                           4.00
        Interac                         4.00
        Card Type: Interac
        Trans Type: PURCHASE
        Amount: $4.00
        00 APPROVED - THANK YOU
        CUSTOMER COPY
        """,
        CANADA,
        sale(400, 400),
    ),
    Paper(
        "Japan: convenience store: tax inside at two rates",
        """
        領収証
        2026年11月14日(土) 18:05
        レジ #2  責任者 No.001
        おにぎり 鮭             ¥140軽
        お茶 500ml              ¥150軽
        雑誌                    ¥550
        小　計                  ¥840
        (税率8%対象            ¥290)
        (内消費税等8%           ¥21)
        (税率10%対象           ¥550)
        (内消費税等10%          ¥50)
        合　計                  ¥840
        お預り                ¥1,000
        お釣                    ¥160
        """,
        JAPAN,
        sale(769, 840, tax=71),
    ),
    Paper(
        "Japan: supermarket: tax on top, repeated inside",
        """
        牛乳                     198
        食パン                   128
          2コ X 単100
        りんご                   200
        小計                     526
        外税 8%                   42
        合計                    ¥568
        (うち消費税等             42)
        現金                   1,068
        お釣り                   500
        """,
        JAPAN,
        sale(526, 568, tax=42),
    ),
    Paper(
        "Japan: full-width digits",
        """
        コーヒー　　　　　　　　　　￥４４０
        小計　　　　　　　　　　　　￥４４０
        消費税　　　　　　　　　　　　￥４４
        合計　　　　　　　　　　　　￥４８４
        お預かり　　　　　　　　　　￥５００
        お釣り　　　　　　　　　　　　￥１６
        """,
        JAPAN,
        sale(440, 484, tax=44),
    ),
    Paper(
        "Korea: spread labels",
        """
        아메리카노       2    9,000
        카페라떼         1    5,000
        합 계                14,000
        과세물품가액         12,727
        부 가 세              1,273
        받을금액             14,000
        신용카드             14,000
        """,
        KOREA,
        sale(12727, 14000, tax=1273),
    ),
    Paper(
        "Korea: cash approval slip",
        """
        현금영수증 승인
        공급가액             33,183
        부가세                3,317
        합계금액             36,500
        재발행
        """,
        KOREA,
        sale(33183, 36500, tax=3317),
    ),
    Paper(
        "Indonesia: whole amounts without grouping",
        """
        J.STB PROMO 17500
        Y.B.BAT 46000
        Y.BASO PROM 27500
        TOTAL 91000
        CASH 91000
        """,
        INDONESIA,
        sale(91000, 91000),
    ),
    Paper(
        "Indonesia: tickets, discount, restaurant tax",
        """
        TICKET CP
        2  x @60.000         120.000
        Sub Total            120.000
        Disc 10%             -12.000
        Pajak Resto 10%       10.800
        Total                118.800
        EDC BCA              118.800
        """,
        INDONESIA,
        sale(108000, 118800, tax=10800),
    ),
    Paper(
        "Indonesia: service, tax and a rounding of whole units",
        """
        1 Nasi Campur Bali        75,000
        1 Ice Lemon Tea           24,000
        Sub-Total                 99,000
        Service 7.5%               7,425
        PB1                       10,643
        Rounding                     -68
        Total                    117,000
        Cash                     150,000
        Change                    33,000
        """,
        INDONESIA,
        sale(99000, 117000, tax=10643, fees=7425),
    ),
    Paper(
        "Indonesia: currency sign with a dot, amounts with a dash",
        """
        Es Kopi Susu  Rp. 18.000,-
        Roti Bakar    Rp. 22.000,-
        Total         Rp. 40.000,-
        Tunai         Rp. 50.000,-
        Kembali       Rp. 10.000,-
        """,
        INDONESIA,
        sale(40000, 40000, change=10000),
    ),
    Paper(
        "Indonesia: words about counts",
        """
        3 items
        Ayam Geprek      2   30,000
        Nasi Putih       1    5,000
        Total Item 3
        Total Qty 3
        Subtotal         35,000
        Total            35,000
        Gopay            35,000
        """,
        INDONESIA,
        sale(35000, 35000),
    ),
    Paper(
        "Germany: supermarket: tax table",
        """
        MILCH 3,5%                1,09 A
        BROT                      2,49 A
        PFAND                     0,25 B
        SEIFE                     1,95 B
        SUMME            EUR      5,78
        Geg. BAR         EUR     10,00
        Rückgeld BAR     EUR      4,22
        Steuer  %     Netto   Steuer   Brutto
        A=  7,0%      3,35     0,23     3,58
        B= 19,0%      1,85     0,35     2,20
        Gesamtbetrag  5,20     0,58     5,78
        """,
        GERMANY,
        sale(520, 578, tax=58),
    ),
    Paper(
        "Germany: card slip of the terminal below",
        """
        Espresso                   2,40
        Summe EUR                  2,40
        EC-Karte                   2,40
        enthaltene MwSt 19% 0,38
        K-U-N-D-E-N-B-E-L-E-G
        Terminal-ID 55512345
        Kartenzahlung
        Betrag EUR                 2,40
        Zahlung erfolgt
        """,
        GERMANY,
        sale(202, 240, tax=38),
    ),
    Paper(
        "France: net below the total",
        """
        Cafe                       2,20
        Croissant                  1,30
        TOTAL TTC                  3,50
        Especes                    5,00
        Rendu                      1,50
        TVA 10%                    0,32
        Total HT                   3,18
        """,
        FRANCE,
        sale(318, 350, tax=32),
    ),
    Paper(
        "Spain: base and tax on one line",
        """
        2 Cafe con leche           3,00
        1 Tostada                  2,50
        TOTAL                      5,50
        EFECTIVO                  10,00
        CAMBIO                     4,50
        IVA 10%  BASE 5,00  CUOTA 0,50
        """,
        SPAIN,
        sale(500, 550, tax=50),
    ),
    Paper(
        "Italy: tax inside said in words",
        """
        CAFFE                      1,10
        CORNETTO                   1,40
        TOTALE COMPLESSIVO         2,50
        di cui IVA                 0,23
        Pagamento contante         5,00
        Resto                      2,50
        """,
        ITALY,
        sale(227, 250, tax=23),
    ),
    Paper(
        "Mexico: tax on top",
        """
        2 TACO                    40.00
        1 AGUA                    20.00
        SUBTOTAL                  51.72
        IVA 16%                    8.28
        TOTAL                    $60.00
        EFECTIVO                 100.00
        CAMBIO                    40.00
        """,
        MEXICO,
        sale(5172, 6000, tax=828),
    ),
    Paper(
        "Sweden: rounded to whole kronor",
        """
        Kaffe                     32,00
        Bulle                     28,50
        Totalt                    60,50
        Oresavrundning            -0,50
        Att betala                60,00
        Kort                      60,00
        Moms 12%                   6,48
        Netto                     54,02
        """,
        SWEDEN,
        sale(5402, 6000),
    ),
    Paper(
        "India: two taxes",
        """
        Masala Dosa       2   160.00
        Coffee            1    60.00
        Sub Total             220.00
        CGST 2.5%               5.50
        SGST 2.5%               5.50
        Round Off               0.00
        Grand Total          ₹231.00
        """,
        INDIA,
        sale(22000, 23100, tax=1100),
    ),
    Paper(
        "US: pieces named behind the article",
        """
        Receipt: Qx1i
        Latte × 2                 $9.00
          Large
          ($4.50 each)
        Muffin                    $3.50
        Subtotal                 $12.50
        Sales Tax                 $1.13
        Tip                       $2.50
        Total                    $16.13
        Visa 1111 (Chip)         $16.13
        """,
        HOME,
        sale(1250, 1613, tax=113, tip=250),
    ),
    Paper(
        "US: total plus tip",
        """
        Server: Ana   Check #12   Table 4
        Burger                    $14.00
          Add Bacon                $2.00
        Beer                       $7.00
        Subtotal                  $23.00
        Discount - Happy Hour     -$2.00
        Tax                        $1.84
        Total                     $22.84
        Tip                        $4.00
        Total + Tip               $26.84
        MASTERCARD XX5555         $26.84
        """,
        HOME,
        sale(2100, 2684, tax=184, tip=400),
    ),
    Paper(
        "US: discount below its article",
        """
        Order 5512
        1 Bouquet   $45.00
          Discount 10%  -$4.50
        Subtotal    $40.50
        Sales Tax (8.75%)  $3.54
        Total       $44.04
        Cash        $50.00
        Change      $5.96
        """,
        HOME,
        sale(4050, 4404, tax=354, discount=450),
    ),
    Paper(
        "US: discount total behind the total",
        """
        Register: 1  Tran Seq No: 5512
        Store No: 79201  1234, Cashier
        I1 COFFEE 16OZ              $1.89
        I2 DONUT                    $1.98
                Sub. Total:         $3.87
                Tax:                $0.31
                Total:              $4.18
                Discount Total:     $0.50
                Cash                $5.00
                Change              $0.82
        """,
        HOME,
        sale(387, 418, tax=31, number="5512"),
    ),
    Paper(
        "US: total of the taxes",
        """
        Ticket: 220000012345
        Register: Register 1
        Employee: Sam
        Items      #    Price
        Skate deck 1   $59.99
        Wax        2    $7.98
        Subtotal       $67.97
        Discounts      -$6.80
        Sales Tax (8%)  $4.89
        Total Tax       $4.89
        Total          $66.06
        Cash           $70.00
        Change          $3.94
        """,
        HOME,
        sale(6117, 6606, tax=489),
    ),
    Paper(
        "US: gift card and card",
        """
        1 x Candle                         $18.00
            Discount (10%)                 -$1.80
        2 x Soap                           $12.00
        Subtotal                           $28.20
        Tax                                 $2.33
        Total                              $30.53
        Gift card (•••• 1234)              $10.00
        Visa (•••• 4242)                   $20.53
        Total items: 3
        """,
        HOME,
        sale(2820, 3053, tax=233),
    ),
    Paper(
        "US: an addition with an unknown name",
        """
        Pad Thai                   15.00
        Subtotal                   15.00
        Service Fee                 2.25
        Delivery Fee                3.99
        CA Driver Benefits          2.00
        Tax                         1.35
        Total                      24.59
        """,
        HOME,
        sale(1500, 2459),
    ),
    Paper(
        "US: exchange under a heading RETURN",
        """
        RETURN
        Sweater                   -30.00
        SALE
        Jacket                     50.00
        SUBTOTAL                   20.00
        TAX 8%                      1.60
        TOTAL                      21.60
        VISA                       21.60
        """,
        HOME,
        {"kind": Kind.EXCHANGE, "award_base": 2000, "total": 2160},
    ),
    Paper(
        "US: exchange in the shop's favour",
        """
        EXCHANGE
        Return Coat               -80.00
        Scarf                      20.00
        SUBTOTAL                  -60.00
        TAX 8%                     -4.80
        TOTAL                     -64.80
        VISA REFUND               -64.80
        """,
        HOME,
        {"kind": Kind.EXCHANGE, "award_base": -6000, "total": -6480},
    ),
    Paper(
        "Germany: currency sign behind",
        """
        Kaffee 2x 3,50 €          7,00 €
        Summe                     7,00 €
        Gegeben bar              10,00 €
        Zurück                    3,00 €
        inkl. 19% MwSt.           1,12 €
        """,
        GERMANY,
        sale(588, 700, tax=112),
    ),
    Paper(
        "Australia: only the marked lines are taxed",
        """
        %Chocolate Block 180g             5.00
        Full Cream Milk 2L                3.10
        %Dishwashing Tablets              9.50
        Bananas
          0.842 kg NET @ $3.90/kg         3.28
        TOTAL                            20.88
        EFT                              20.88
        GST INCLUDED IN TOTAL             1.32
        """,
        StoreContext(country="AU", currency="AUD", cash_rounding=5),
        sale(1956, 2088, tax=132),
        ("TOTAL  ", "EFT", "GST INCLUDED"),
    ),
    Paper(
        "Germany: two taxes inside, told apart by the marks of the lines",
        """
        Brot                              2,49 A
        Milch 3,5%                        1,09 A
        Seife                             1,95 B
          Rabatt                         -0,20
        Summe                             5,33
        Bar                              10,00
        Rückgeld                          4,67
        inkl. 7% MwSt                     0,23
        inkl. 19% MwSt                    0,28
        """,
        GERMANY,
        sale(482, 533, tax=51, discount=20),
        ("Summe", "inkl. 7%", "inkl. 19%"),
    ),
    Paper(
        "Japan: reduced rate marked behind the amount",
        """
        おにぎり                         ¥140※
        お茶                             ¥150※
        雑誌                             ¥550
        合計                             ¥840
        (内消費税8%                       ¥21)
        (内消費税10%                      ¥50)
        現金                           ¥1,000
        お釣り                           ¥160
        """,
        JAPAN,
        sale(769, 840, tax=71),
        ("合計", "内消費税"),
    ),
    Paper(
        "Switzerland: the total in euro as well",
        """
        Schokolade                       12.50
        Kaffee                            4.20
        Total CHF                        16.70
        Total EUR                        17.35
        Bar CHF                          20.00
        Rückgeld CHF                      3.30
        inkl. 2.6% MwSt CHF               0.42
        """,
        StoreContext(country="CH", currency="CHF", cash_rounding=5),
        sale(1628, 1670, tax=42, change=330, currency="CHF"),
        ("Total CHF", "inkl."),
    ),
)
