package demo

func otherLanguages() []language {
	return []language{
		{
			weight: 4,
			women: list("Ελένη:eleni, Μαρία:maria, Κατερίνα:katerina, Ιωάννα:ioanna, Σοφία:sofia, Δέσποινα:despina, Άννα:anna, " +
				"Βασιλική:vasiliki, Χρυσούλα:chrysoula, Ζωή:zoi"),
			men: list("Γιώργος:giorgos, Νίκος:nikos, Δημήτρης:dimitris, Κώστας:kostas, Παναγιώτης:panagiotis, Σπύρος:spyros, " +
				"Θανάσης:thanasis, Μιχάλης:michalis, Άρης:aris, Στέλιος:stelios"),
			families: list("Παπαδόπουλος:papadopoulos, Γεωργίου:georgiou, Νικολάου:nikolaou, Αντωνιάδης:antoniadis, Βλάχος:vlachos, " +
				"Οικονόμου:oikonomou, Καραμανός:karamanos, Μακρής:makris, Σταματίου:stamatiou, Λάμπρου:lamprou"),
			familiesOfWomen: list("Παπαδοπούλου:papadopoulou, Γεωργίου:georgiou, Νικολάου:nikolaou, Αντωνιάδη:antoniadi, Βλάχου:vlachou, " +
				"Οικονόμου:oikonomou, Καραμανού:karamanou, Μακρή:makri, Σταματίου:stamatiou, Λάμπρου:lamprou"),
			leads: list("Αιγαίο:aigaio, Ελιά:elia, Όλυμπος:olympos, Ποσειδών:poseidon, Θάλασσα:thalassa, Κυκλάδες:kyklades, " +
				"Ήλιος:ilios, Πήγασος:pigasos, Μέλισσα:melissa, Αργώ:argo, Φάρος:faros, Λευκός Πύργος:lefkos-pyrgos"),
			places: list("Πάτρα:patra, Βόλος:volos, Χανιά:chania, Λάρισα:larisa, Ιωάννινα:ioannina, Καβάλα:kavala, Λεμεσός:lemesos, " +
				"Ρόδος:rodos"),
			trades: lists(`Κλωστήρια:klostiria, Μηχανουργεία:michanourgeia
				Λογισμικό:logismiko, Δεδομένα:dedomena
				Εμπορική:emporiki, Έπιπλα:epipla
				Μεταφορές:metafores, Ναυτιλιακή:naftiliaki
				Φαρμακεία:farmakeia, Κλινική:kliniki
				Δήμος {place}:dimos-{place}, Λιμάνι {place}:limani-{place}
				Σύμβουλοι:symvouloi, Υπηρεσίες:ypiresies
				Ενέργεια:energeia, Ηλιακά:iliaka
				Ελαιουργία:elaiourgia, Τυροκομεία:tyrokomeia
				Κατασκευές:kataskeves, Αρχιτέκτονες:architektones
				Εκδόσεις:ekdoseis, Ταινίες:tainies
				Φροντιστήρια:frontistiria, Σχολή:scholi`),
			name: "{lead} {trade}", in: "{name} {place}",
			legal: []string{"{name} Α.Ε.", "{name} Ε.Π.Ε.", "{name} Ο.Ε.", "{name} Ι.Κ.Ε."},
			titles: []string{
				"Γενική διεύθυνση", "Οικονομική διεύθυνση", "Προμήθειες", "Μηχανογράφηση", "Γραμματεία",
				"Πωλήσεις", "Λειτουργία", "Μηχανικός έργου", "Λογιστήριο", "Διοικητικό συμβούλιο",
			},
			phones: []string{"+30 210 000 0###"}, mobiles: []string{"+30 690 000 0###"},
			tax:      "EL000######",
			calls:    []string{"Ερώτηση για το τιμολόγιο {n}", "Ημέρα παράδοσης"},
			emails:   []string{"Στάλθηκε η προσφορά {n}", "Νέος τιμοκατάλογος"},
			meetings: []string{"Απολογισμός τριμήνου", "Επίσκεψη στην αποθήκη"},
			notes:    []string{"Νέο πρόσωπο στις προμήθειες", "Κλειστά τον Αύγουστο"},
			bodies: []string{
				"Ζητά νέα προσφορά **ως την Πέμπτη**.\n\n- διάρκεια {n} μήνες\n- ένα τιμολόγιο ανά τρίμηνο",
				"Συζητήθηκαν οι δύο καθυστερήσεις του Οκτωβρίου.",
			},
		},
		{
			weight: 5,
			women: list("Оксана:oksana, Людмила:liudmyla, Ірина:iryna, Катерина:kateryna, Соломія:solomiia, Надія:nadiia, Тетяна:tetiana, " +
				"Юлія:yuliia, Галина:halyna, Єва:yeva"),
			men: list("Андрій:andrii, Олексій:oleksii, Тарас:taras, Богдан:bohdan, Сергій:serhii, Ярослав:yaroslav, Микола:mykola, " +
				"Юрій:yurii, Ігор:ihor, Максим:maksym"),
			families: list("Шевчук:shevchuk, Коваленко:kovalenko, Бондаренко:bondarenko, Ткаченко:tkachenko, Мельник:melnyk, Кравчук:kravchuk, " +
				"Олійник:oliinyk, Лисенко:lysenko, Гнатюк:hnatiuk, Щербак:shcherbak, Дем'яненко:demianenko, Їжак:yizhak"),
			leads: list("Дніпро:dnipro, Карпати:karpaty, Калина:kalyna, Сонячний Край:soniachnyi-krai, Дубрава:dubrava, Ластівка:lastivka, " +
				"Степ:step, Джерело:dzherelo, Зоря:zoria, Верховина:verkhovyna, Маяк:maiak, Яблуневий Сад:yablunevyi-sad"),
			places: list("Львів:lviv, Харків:kharkiv, Одеса:odesa, Полтава:poltava, Чернівці:chernivtsi, Луцьк:lutsk, Ужгород:uzhhorod, Суми:sumy"),
			trades: lists(`Машинобудування:mashynobuduvannia, Кераміка:keramika
				Програми:prohramy, Дані:dani
				Торгівля:torhivlia, Меблі:mebli
				Перевезення:perevezennia, Логістика:lohistyka
				Аптеки:apteky, Клініка:klinika
				Міська рада {place}:rada-{place}, Бібліотека {place}:biblioteka-{place}
				Консалтинг:konsaltynh, Послуги:posluhy
				Енергія:enerhiia, Вітер:viter
				Молокозавод:molokozavod, Хлібзавод:khlibzavod
				Будівництво:budivnytstvo, Дахи:dakhy
				Видавництво:vydavnytstvo, Кіно:kino
				Школа:shkola, Курси:kursy`),
			name: "{trade} «{lead}»", in: "{name} {place}",
			legal: []string{"ТОВ {name}", "ПрАТ {name}", "АТ {name}", "ПП {name}"},
			titles: []string{
				"Генеральний директор", "Фінансовий директор", "Закупівлі", "Керівник ІТ", "Керівник офісу",
				"Керівник продажів", "Виробництво", "Інженер проєкту", "Бухгалтерія", "Член наглядової ради",
			},
			phones: []string{"+380 44 000 0###", "+380 32 000 0###"}, mobiles: []string{"+380 50 000 0###"},
			tax:      "000#####",
			calls:    []string{"Запитання щодо рахунка {n}", "День поставки другої партії"},
			emails:   []string{"Надіслано пропозицію {n}", "Новий прайс на рік"},
			meetings: []string{"Підсумки кварталу", "Відвідали склад"},
			notes:    []string{"Нова людина в закупівлях", "Відпустки в серпні"},
			bodies: []string{
				"Просять оновлену пропозицію **до четверга**.\n\n- строк {n} місяців\n- один рахунок на квартал",
				"Обговорили дві затримки в жовтні; питання закрито.",
			},
		},
		{
			weight: 5,
			women:  list("فاطمة:fatima, مريم:maryam, ليلى:layla, نور:nour, سلمى:salma, هدى:huda, رنا:rana, أمينة:amina, ياسمين:yasmin, زينب:zaynab"),
			men: list("محمد:mohammed, أحمد:ahmad, يوسف:yousef, عمر:omar, خالد:khaled, سامي:sami, طارق:tariq, إبراهيم:ibrahim, كريم:karim, " +
				"زياد:ziad"),
			families: list("الحداد:alhaddad, النجار:alnajjar, المصري:almasri, الشامي:alshami, بن سالم:bensalem, العطار:alattar, منصور:mansour, " +
				"الخطيب:alkhatib, حمدان:hamdan, القاسم:alqasim, عبد الرحمن:abdelrahman, درويش:darwish"),
			leads: list("النخيل:alnakheel, الواحة:alwaha, الفجر:alfajr, القمر:alqamar, الياسمين:alyasmin, البحر الأزرق:albahr, " +
				"الهلال:alhilal, الزيتون:alzaytoun, النجمة:alnajma, المنارة:almanara, الصقر:alsaqr, الأرز:alarz"),
			places: list("دبي:dubai, عمّان:amman, الإسكندرية:alexandria, بيروت:beirut, مسقط:muscat, تونس:tunis, جدة:jeddah, فاس:fes"),
			trades: lists(`للصناعات:industries, للنسيج:textiles
				للبرمجيات:software, للبيانات:data
				للتجارة:trading, للأثاث:furniture
				للنقل:transport, للشحن:shipping
				للرعاية الصحية:health, للأدوية:pharma
				بلدية {place}:baladiya-{place}, ميناء {place}:mina-{place}
				للاستشارات:consulting, للخدمات:services
				للطاقة:energy, للطاقة الشمسية:solar
				للأغذية:foods, للتمور:dates
				للمقاولات:contracting, للعمارة:architects
				للنشر:press, للإنتاج:films
				للتعليم:education, للتدريب:training`),
			name: "شركة {lead} {trade}", in: "{name} {place}",
			legal: []string{"{name} ذ.م.م", "{name} ش.م.ع", "{name} وشركاه"},
			titles: []string{
				"المدير العام", "المدير المالي", "مدير المشتريات", "مدير تقنية المعلومات", "مدير المكتب",
				"مدير المبيعات", "مدير العمليات", "مهندس المشروع", "المحاسبة", "عضو مجلس الإدارة",
			},
			phones: []string{"+971 4 000 0###", "+962 6 000 0###"}, mobiles: []string{"+971 50 000 0###"},
			tax:      "000000#########",
			calls:    []string{"استفسار عن الفاتورة {n}", "موعد التسليم القادم"},
			emails:   []string{"إرسال عرض السعر {n}", "قائمة الأسعار الجديدة"},
			meetings: []string{"مراجعة الربع في مكتبهم", "زيارة المستودع"},
			notes:    []string{"مسؤول جديد في المشتريات", "إجازة العيد الأسبوع القادم"},
			bodies: []string{
				"يطلبون عرضًا معدّلًا **قبل يوم الخميس**.\n\n- المدة {n} شهرًا\n- فاتورة كل ثلاثة أشهر", "نوقش التأخير في أكتوبر وتم حله.",
			},
		},
		{
			weight: 3,
			women:  list("נועה:noa, יעל:yael, תמר:tamar, מיכל:michal, רחל:rachel, שירה:shira, איילת:ayelet, הדס:hadas"),
			men:    list("יוסף:yosef, אורי:uri, דוד:david, איתן:eitan, נדב:nadav, גיל:gil, עומר:omer, אביב:aviv"),
			families: list("כהן:cohen, לוי:levi, מזרחי:mizrahi, פרץ:peretz, ביטון:biton, אברהמי:avrahami, שקד:shaked, גולן:golan, " +
				"בן-דוד:ben-david, רוזן:rosen"),
			leads:  list("ארז:erez, כרמל:carmel, תבור:tavor, שקמה:shikma, אלון:alon, נחל:nahal, גלים:galim, רימון:rimon, אפיק:afik, צוק:tzuk"),
			places: list("חיפה:haifa, אשדוד:ashdod, רחובות:rehovot, נתניה:netanya, צפת:safed, אילת:eilat"),
			trades: lists(`תעשיות:industries, מתכת:metal
				תוכנה:software, נתונים:data
				שיווק:stores, ריהוט:furniture
				הובלות:haulage, לוגיסטיקה:logistics
				מרפאות:clinics, בית מרקחת:pharmacy
				עיריית {place}:iriyat-{place}, ספריית {place}:sifriyat-{place}
				ייעוץ:consulting, שירותים:services
				אנרגיה:energy, סולאר:solar
				מאפים:bakery, יקב:winery
				בנייה:construction, אדריכלים:architects
				הוצאה לאור:press, סרטים:films
				לימודים:studies, מכללה:college`),
			name: "{lead} {trade}", in: "{name} {place}",
			legal: []string{"{name} בע\"מ", "{name} שותפות מוגבלת"},
			titles: []string{
				"מנכ\"ל", "סמנכ\"ל כספים", "רכש", "מערכות מידע", "ניהול משרד", "מכירות", "תפעול", "הנדסה", "הנהלת חשבונות", "דירקטוריון",
			},
			phones: []string{"+972 3 000 0###", "+972 4 000 0###"}, mobiles: []string{"+972 50 000 0###"},
			tax:      "000######",
			calls:    []string{"שאלה על חשבונית {n}", "תיאום מועד אספקה"},
			emails:   []string{"נשלחה הצעת מחיר {n}", "מחירון חדש לשנה הבאה"},
			meetings: []string{"סיכום רבעון", "ביקור במחסן"},
			notes:    []string{"איש קשר חדש ברכש", "סגור בחגים"},
			bodies:   []string{"מבקשים הצעה מעודכנת **עד יום חמישי**.\n\n- תקופה של {n} חודשים\n- חשבונית אחת לרבעון"},
		},
		{
			weight: 4,
			women:  list("अनीता:anita, प्रिया:priya, सुनीता:sunita, कविता:kavita, मीरा:meera, पूजा:pooja, दीपिका:deepika, राधा:radha"),
			men:    list("राजेश:rajesh, अमित:amit, विक्रम:vikram, सुरेश:suresh, अर्जुन:arjun, मोहन:mohan, संजय:sanjay, रवि:ravi"),
			families: list("शर्मा:sharma, वर्मा:verma, गुप्ता:gupta, सिंह:singh, पटेल:patel, जोशी:joshi, मिश्रा:mishra, देशपांडे:deshpande, " +
				"अग्रवाल:agrawal, त्रिपाठी:tripathi"),
			leads: list("गंगा:ganga, हिमालय:himalaya, सूर्य:surya, कमल:kamal, नीलगिरि:nilgiri, मयूर:mayur, आकाश:aakash, संगम:sangam, " +
				"विंध्य:vindhya, अशोक वाटिका:ashok-vatika"),
			places: list("जयपुर:jaipur, लखनऊ:lucknow, इंदौर:indore, पुणे:pune, भोपाल:bhopal, वाराणसी:varanasi"),
			trades: lists(`उद्योग:udyog, वस्त्र:vastra
				सॉफ्टवेयर:software, डेटा:data
				भंडार:bhandar, बाज़ार:bazaar
				परिवहन:parivahan, लॉजिस्टिक्स:logistics
				औषधालय:aushadhalay, चिकित्सालय:chikitsalay
				नगर निगम {place}:nagar-nigam-{place}, पुस्तकालय {place}:pustakalay-{place}
				सलाहकार:salahkar, सेवाएँ:sevaen
				ऊर्जा:urja, सौर:saur
				डेयरी:dairy, मसाले:masale
				निर्माण:nirman, वास्तु:vastu
				प्रकाशन:prakashan, चित्र:chitra
				विद्यालय:vidyalay, शिक्षा:shiksha`),
			name: "{lead} {trade}", in: "{name} {place}",
			legal: []string{"{name} प्राइवेट लिमिटेड", "{name} लिमिटेड", "{name} एंड संस"},
			titles: []string{
				"प्रबंध निदेशक", "वित्त प्रमुख", "क्रय प्रबंधक", "आईटी प्रबंधक", "कार्यालय प्रबंधक",
				"बिक्री प्रबंधक", "संचालन प्रबंधक", "परियोजना अभियंता", "लेखाकार", "निदेशक मंडल",
			},
			phones: []string{"+91 22 0000 0###", "+91 11 0000 0###"}, mobiles: []string{"+91 00000 00###"},
			tax:      "00AAAAA####A0Z0",
			calls:    []string{"चालान {n} के बारे में पूछा", "अगली खेप की तारीख"},
			emails:   []string{"कोटेशन {n} भेजा", "नई मूल्य सूची भेजी"},
			meetings: []string{"तिमाही समीक्षा", "गोदाम का दौरा"},
			notes:    []string{"क्रय विभाग में नया संपर्क", "दीवाली पर कार्यालय बंद"},
			bodies:   []string{"संशोधित कोटेशन **गुरुवार से पहले** चाहिए।\n\n- अवधि {n} महीने\n- हर तिमाही एक चालान"},
		},
		{
			weight: 6,
			women:  list("花子:hanako, 美咲:misaki, 陽子:yoko, さくら:sakura, 由美:yumi, 恵子:keiko, 真理:mari, あかり:akari, 千尋:chihiro, 直美:naomi"),
			men:    list("太郎:taro, 健一:kenichi, 大輔:daisuke, 翔太:shota, 誠:makoto, 浩:hiroshi, 拓也:takuya, 修:osamu, 和夫:kazuo, 亮:ryo"),
			families: list("山田:yamada, 佐藤:sato, 鈴木:suzuki, 高橋:takahashi, 田中:tanaka, 渡辺:watanabe, 伊藤:ito, 小林:kobayashi, 加藤:kato, 吉田:yoshida, " +
				"長谷川:hasegawa, 五十嵐:igarashi"),
			leads: list("山田:yamada, 青空:aozora, 富士見:fujimi, 東海:tokai, 桜井:sakurai, 竹内:takeuchi, 北斗:hokuto, みどり:midori, 大和田:owada, " +
				"白鳥:shiratori, 光洋台:koyodai, 若葉:wakaba"),
			places: list("札幌:sapporo, 仙台:sendai, 金沢:kanazawa, 広島:hiroshima, 福岡:fukuoka, 松山:matsuyama, 長野:nagano, 高知:kochi"),
			trades: lists(`製作所:ss, 工業:kogyo, 精機:seiki
				システム:system, ソフト:soft
				商店:shoten, 百貨店:depart
				運輸:unyu, 物流:butsuryu
				薬局:yakkyoku, 医療:iryo
				{place}市役所:{place}-city, {place}図書館:{place}-library
				企画:kikaku, サービス:service
				電力:denryoku, エネルギー:energy
				食品:shokuhin, 酒造:shuzo, 製菓:seika
				建設:kensetsu, 設計:sekkei
				出版:shuppan, 映像:eizo
				学園:gakuen, 塾:juku`),
			name: "{lead}{trade}", in: "{name}{place}支店",
			legal:  []string{"株式会社{name}", "{name}株式会社", "有限会社{name}", "合同会社{name}"},
			titles: []string{"代表取締役", "経理部長", "購買部長", "情報システム課長", "総務課長", "営業部長", "製造部長", "技術主任", "経理担当", "取締役"},
			phones: []string{"+81 3 0000 0###", "+81 6 0000 0###"}, mobiles: []string{"+81 90 0000 0###"},
			tax:      "T000000#######",
			calls:    []string{"請求書{n}号の確認", "納期のご相談", "契約更新の打診"},
			emails:   []string{"見積書{n}号を送付", "来年度の価格表を送付"},
			meetings: []string{"四半期の定例会議", "工場見学"},
			notes:    []string{"購買の担当者が交代", "夏季休業は八月中旬"},
			bodies:   []string{"修正した見積書を**木曜日まで**にご希望。\n\n- 期間は{n}か月\n- 請求は四半期ごと", "十月の納品遅れについて説明し、ご了承いただいた。"},
		},
		{
			weight:   5,
			women:    list("秀英:xiuying, 丽:li, 静:jing, 敏:min, 晓燕:xiaoyan, 婷婷:tingting, 雪梅:xuemei, 玉兰:yulan, 思雨:siyu, 佳怡:jiayi"),
			men:      list("伟:wei, 强:qiang, 建国:jianguo, 志明:zhiming, 磊:lei, 军:jun, 文博:wenbo, 海涛:haitao, 子轩:zixuan, 国栋:guodong"),
			families: list("王:wang, 李:li, 张:zhang, 刘:liu, 陈:chen, 杨:yang, 赵:zhao, 黄:huang, 周:zhou, 欧阳:ouyang, 司徒:situ, 林:lin"),
			leads: list("金桥:jinqiao, 东方红日:dongfang, 长青:changqing, 宏远:hongyuan, 瑞丰:ruifeng, 明珠:mingzhu, 华兴:huaxing, 天成:tiancheng, 松鹤:songhe, " +
				"云海:yunhai, 百川:baichuan, 玉泉:yuquan"),
			places: list("苏州:suzhou, 成都:chengdu, 厦门:xiamen, 青岛:qingdao, 昆明:kunming, 台北:taipei, 杭州:hangzhou, 西安:xian"),
			trades: lists(`机械:jixie, 纺织:fangzhi
				软件:ruanjian, 数据:shuju
				商贸:shangmao, 家居:jiaju
				物流:wuliu, 货运:huoyun
				医药:yiyao, 诊所:zhensuo
				{place}市政府:{place}-gov, {place}图书馆:{place}-library
				咨询:zixun, 服务:fuwu
				能源:nengyuan, 光伏:guangfu
				食品:shipin, 茶业:chaye
				建筑:jianzhu, 设计:sheji
				出版:chuban, 影业:yingye
				教育:jiaoyu, 培训:peixun`),
			name: "{lead}{trade}", in: "{place}{name}",
			legal:  []string{"{name}有限公司", "{name}股份有限公司", "{name}有限责任公司"},
			titles: []string{"总经理", "财务总监", "采购经理", "信息技术经理", "办公室主任", "销售经理", "运营经理", "项目工程师", "会计", "董事"},
			phones: []string{"+86 10 0000 0###", "+86 21 0000 0###"}, mobiles: []string{"+86 100 0000 0###"},
			tax:      "000000##########",
			calls:    []string{"询问第{n}号发票", "确认交货日期"},
			emails:   []string{"已发送第{n}号报价单", "发送新年度价目表"},
			meetings: []string{"季度回顾会议", "参观仓库"},
			notes:    []string{"采购部更换联系人", "春节放假安排"},
			bodies:   []string{"对方希望**周四之前**收到修改后的报价。\n\n- 合同期{n}个月\n- 每季度一张发票", "已说明十月份两次延误的原因，问题解决。"},
		},
		{
			weight:   4,
			women:    list("지은:jieun, 수진:sujin, 민지:minji, 영희:younghee, 은영:eunyoung, 하은:haeun, 서연:seoyeon, 미경:mikyung"),
			men:      list("민수:minsu, 철수:chulsoo, 준호:junho, 성민:sungmin, 동현:donghyun, 재훈:jaehoon, 우진:woojin, 태영:taeyoung"),
			families: list("김:kim, 이:lee, 박:park, 최:choi, 정:jung, 강:kang, 조:cho, 윤:yoon, 장:jang, 남궁:namgung"),
			leads: list("한빛:hanbit, 푸른솔:pureunsol, 다솜:dasom, 미래로:miraero, 동녘:dongnyeok, 새벽별:saebyeokbyeol, 가온:gaon, 나래:narae, 해오름:haeoreum, " +
				"두레:dure"),
			places: list("부산:busan, 대구:daegu, 광주:gwangju, 전주:jeonju, 제주:jeju, 강릉:gangneung"),
			trades: lists(`정밀:jeongmil, 섬유:seomyu
				소프트:soft, 데이터:data
				유통:yutong, 가구:gagu
				물류:mullyu, 운송:unsong
				약국:yakguk, 의료:uiryo
				{place}시청:{place}-city, {place}도서관:{place}-library
				컨설팅:consulting, 서비스:service
				에너지:energy, 태양광:solar
				식품:sikpum, 제과:jegwa
				건설:geonseol, 건축:geonchuk
				출판:chulpan, 영상:yeongsang
				교육:gyoyuk, 학원:hagwon`),
			name: "{lead}{trade}", in: "{name} {place}",
			legal:  []string{"주식회사 {name}", "{name} 주식회사", "유한회사 {name}"},
			titles: []string{"대표이사", "재무이사", "구매팀장", "전산팀장", "총무팀장", "영업팀장", "운영팀장", "프로젝트 엔지니어", "회계 담당", "사외이사"},
			phones: []string{"+82 2 0000 0###", "+82 51 000 0###"}, mobiles: []string{"+82 10 0000 0###"},
			tax:      "000-##-#####",
			calls:    []string{"{n}번 청구서 문의", "납품일 협의"},
			emails:   []string{"{n}번 견적서 발송", "새해 가격표 발송"},
			meetings: []string{"분기 검토 회의", "창고 방문"},
			notes:    []string{"구매 담당자 변경", "추석 연휴 휴무"},
			bodies:   []string{"수정 견적서를 **목요일 전까지** 요청함.\n\n- 기간 {n}개월\n- 분기별 청구"},
		},
		{
			weight:   4,
			women:    list("Thị Minh Anh, Thu Hà, Ngọc Lan, Bích Phượng, Thị Hồng Nhung, Mỹ Duyên, Khánh Linh, Thùy Dương"),
			men:      list("Văn Hùng, Đức Thắng, Quốc Bảo, Minh Tuấn, Hữu Nghĩa, Thành Đạt, Đình Phúc, Xuân Trường"),
			families: list("Nguyễn, Trần, Lê, Phạm, Hoàng, Đặng, Vũ, Bùi, Đỗ, Võ"),
			leads:    list("Sông Hồng, Hoa Sen, Rồng Vàng, Biển Xanh, Trúc Việt, Ánh Dương, Đồng Tâm, Thảo Nguyên, Hải Âu, Mai Vàng"),
			places:   list("Huế, Đà Nẵng, Hải Phòng, Cần Thơ, Nha Trang, Đà Lạt"),
			trades: lists(`Cơ khí, Dệt may
				Phần mềm, Dữ liệu
				Thương mại, Nội thất
				Vận tải, Kho vận
				Dược phẩm, Phòng khám
				Ủy ban {place}:uy-ban-{place}, Thư viện {place}:thu-vien-{place}
				Tư vấn, Dịch vụ
				Năng lượng, Điện mặt trời
				Thực phẩm, Thủy sản
				Xây dựng, Kiến trúc
				Xuất bản, Phim
				Giáo dục, Đào tạo`),
			name: "{trade} {lead}", in: "{name} {place}",
			legal: []string{"Công ty TNHH {name}", "Công ty Cổ phần {name}", "Công ty TNHH MTV {name}"},
			titles: []string{
				"Tổng giám đốc", "Giám đốc tài chính", "Trưởng phòng mua hàng", "Trưởng phòng CNTT", "Chánh văn phòng",
				"Trưởng phòng kinh doanh", "Giám đốc vận hành", "Kỹ sư dự án", "Kế toán", "Thành viên HĐQT",
			},
			phones: []string{"+84 24 0000 0###", "+84 28 0000 0###"}, mobiles: []string{"+84 90 000 0###"},
			tax:      "000#######",
			calls:    []string{"Hỏi về hóa đơn {n}", "Hẹn ngày giao hàng"},
			emails:   []string{"Đã gửi báo giá {n}", "Bảng giá năm mới"},
			meetings: []string{"Họp đánh giá quý", "Thăm kho hàng"},
			notes:    []string{"Người phụ trách mua hàng mới", "Nghỉ Tết hai tuần"},
			bodies:   []string{"Khách muốn nhận báo giá sửa **trước thứ Năm**.\n\n- thời hạn {n} tháng\n- mỗi quý một hóa đơn"},
		},
	}
}
