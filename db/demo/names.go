package demo

import (
	"strings"

	"clientregistry/db/text"
)

// spelling is a word in its own script, and in plain Latin letters for domains and mailboxes.
type spelling struct{ native, latin string }

// language has the material for names and texts in one language.
type language struct {
	weight                         int // share among the organizations
	women, men                     []spelling
	families, familiesOfWomen      []spelling // the second only if women's differ
	leads, places                  []spelling
	trades                         [][]spelling // by sector, in the order of sectors; with {place} it is a complete name
	name                           string       // pattern with {lead} and {trade}
	in                             string       // pattern of a branch's name, with {name} and {place}
	legal                          []string     // patterns of the legal form, with {name}
	titles                         []string     // in the order of roleLabels
	phones, mobiles                []string     // # stands for a digit
	tax                            string
	twoFamilies                    string // joins two family names; "" if people have only one
	calls, emails, meetings, notes []string
	bodies                         []string
}

// list parses "native:latin, native:latin". The Latin spelling is optional.
func list(s string) []spelling {
	var all []spelling
	for entry := range strings.SplitSeq(s, ", ") {
		native, latin, ok := strings.Cut(entry, ":")
		if !ok {
			latin = native
		}
		latin = latinSlug(strings.ReplaceAll(latin, "{place}", " qplaceq "))
		all = append(all, spelling{native, strings.ReplaceAll(latin, "qplaceq", "{place}")})
	}
	return all
}

// lists parses several lists, one per line.
func lists(s string) [][]spelling {
	var all [][]spelling
	for line := range strings.SplitSeq(strings.TrimSpace(s), "\n") {
		all = append(all, list(strings.TrimSpace(line)))
	}
	return all
}

// latinSlug returns a text as in a domain: a-z, 0-9 and single hyphens.
func latinSlug(s string) string {
	other := func(c rune) bool { return !('a' <= c && c <= 'z' || '0' <= c && c <= '9') }
	return strings.Join(strings.FieldsFunc(strings.ReplaceAll(text.SortKey(s), "'", ""), other), "-")
}

// Phone numbers are in ranges reserved for fiction if a country has them (Ofcom, 555-01xx,
// Bundesnetzagentur, Arcep, PTS). Otherwise the subscriber's number begins with 000, which is never
// assigned. Tax IDs begin with zeros for the same reason.

func westernLanguages() []language {
	return []language{
		{
			weight: 24,
			women: list("Maya, Grace, Hannah, Olivia, Amelia, Charlotte, Imogen, Siobhan:siobhan, Fiona, Harriet, Beatrice, Naomi, Esther, " +
				"Priscilla, Zoë, Chloe, Ruth, Alice, Georgina, Tamsin, Ngozi, Aisha, Mei, Rosalind"),
			men: list("Hugh, Oliver, George, Callum, Rory, Edmund, Theodore, Marcus, Daniel, Patrick, Gareth, Dylan, Nathaniel, Isaac, " +
				"Owen, Leo, Jasper, Alistair, Conor, Felix, Chidi, Arjun, Desmond, Rupert"),
			families: list("Okafor, Penrose, Whitaker, O'Neill, O'Sullivan, D'Arcy, McAllister, Fairweather, Ashdown, Bramley, Carrow, " +
				"Drummond, Ellery, Fenwick, Garside, Hollis, Inglewood, Jessop, Kettering, Langley, Marlowe, Norwood, Oakes, Pemberton, " +
				"Quillfeather, Ravenscroft, Sedgwick, Thackeray, Underhill, Vance, Westbrook, Yardley, Achebe, Bhatt, Chowdhury, Nwosu, St. John, " +
				"Van der Merwe, Featherstonehaugh, Li"),
			leads: list("Harbor & Pine, Aldermoor, Kestrel, Northwind, Bright Lane, Quillfeather, Vantage, Meridian, Castellan, Tallow & " +
				"Reed, Oakhurst, Lumen Valley, Foxglove, Ironbridge, Saltmarsh, Copperfield & Sons, Blue Heron, Thornbury, Westerly, Greyfriars, " +
				"Larkspur, Millstone, Redwater, Silverbirch, Stonecrop, Tidewater, Umber, Wrenfield, Yewtree, Ash & Alder, Beacon Hill, Cobalt, " +
				"Driftwood, Elmstead, Fernhill, Goldcrest, Hazelmere, Juniper, Kingfisher, O'Malley Brothers, Pemberton Featherstonehaugh " +
				"Whitaker & Daughters:pfw-daughters"),
			places: list("Leeds, Bristol, Norwich, Cardiff, Aberdeen, Galway, Boston, Portland, Halifax, Dunedin, Perth, York, Exeter, " +
				"Belfast, Durham, Chester, Denver, Madison, Hobart, Swansea"),
			trades: lists(`Instruments, Engineering Works, Precision Castings, Textiles
				Software, Cloud, Data Systems
				Outfitters, Stores, Home & Garden
				Logistics, Freight, Haulage
				Pharmacy Group, Dental Care, Clinics
				{place} City Council, {place} Harbour Authority, {place} Library Service
				Partners, Consulting, Facilities, Rail Services
				Energy, Renewables, Power Networks
				Dairy Co-operative, Bakeries, Brewing, Foods
				Builders, Civil Engineering, Architects
				Press, Pictures, Radio
				College, Learning, Academy`),
			name: "{lead} {trade}", in: "{name} {place}",
			legal: []string{"{name} Ltd", "{name} Limited", "{name} plc", "{name} LLP", "{name}, Inc.", "{name} LLC", "{name} Pty Ltd"},
			titles: []string{
				"Chief Executive", "Finance Director", "Head of Purchasing", "IT Manager", "Office Manager",
				"Sales Manager", "Operations Manager", "Project Engineer", "Accountant", "Non-executive Director",
			},
			phones: []string{
				"+44 20 7946 0###", "+44 113 496 0###", "+44 117 496 0###", "+1 212 555 01##", "+1 503 555 01##", "+1 617 555 01##",
			}, mobiles: []string{"+44 7700 900###", "+1 312 555 01##", "+1 206 555 01##"},
			tax: "GB000 #### ##", twoFamilies: "-",
			calls: englishCalls(), emails: englishEmails(), meetings: englishMeetings(), notes: englishNotes(), bodies: englishBodies(),
		},
		{
			weight: 10,
			women: list("Anna, Sabine, Katharina, Jutta, Käthe:kaethe, Maximiliane, Ulrike, Birgit, Heike, Greta, Friederike, Leonie, " +
				"Änne:aenne, Marlene"),
			men: list("Jürgen:juergen, Matthias, Björn:bjoern, Stefan, Wolfgang, Konrad, Günther:guenther, Lukas, Tobias, Jörg:joerg, " +
				"Emil, Hans-Peter, Ruprecht, Niklas"),
			families: list("Müller:mueller, Schäfer:schaefer, Großmann:grossmann, Weiß:weiss, Köhler:koehler, Böttcher:boettcher, Brandt, " +
				"Hoffmann, Lindner, Vogel, Zimmermann, Kühn:kuehn, Jäger:jaeger, Roth, Seidel, Freifrau von " +
				"Wolffenbüttel-Hohenstein:vonwolffenbuettel, von der Heydt:vonderheydt, Schulze-Brandt, Dietrich, Übelacker:uebelacker"),
			leads: list("Wolffenbüttel & Söhne:wolffenbuettel-soehne, Rheintal, Nordlicht, Eisenbach, Grünfeld:gruenfeld, Hanseatik, " +
				"Lindner, Köhler & Partner:koehler-partner, Schwarzwald, Elbufer, Falkenstein, Morgenrot, Birkenau, Silberberg, Steinhauer, " +
				"Alpenblick, Havelland, Sonnenhof, Brückner:brueckner, Tannenhof"),
			places: list("Hamburg, Leipzig, Köln:koeln, Graz, Zürich:zuerich, Bremen, Kiel, Linz, Nürnberg:nuernberg, Jena, Ulm, Basel"),
			trades: lists(`Maschinenbaugesellschaft:maschinenbau, Werkzeugbau, Feinmechanik
				Software, Datentechnik
				Warenhaus, Möbel:moebel
				Spedition, Logistik
				Apotheken, Medizintechnik
				Stadtwerke {place}, Landratsamt {place}, Stadtbibliothek {place}
				Beratung, Gebäudedienste:gebaeudedienste
				Energie, Windkraft
				Brauerei, Feinkost, Mühlen:muehlen
				Hochbau, Zimmerei
				Verlag, Film
				Akademie, Sprachschule`),
			name: "{lead} {trade}", in: "{name} {place}",
			legal: []string{"{name} GmbH", "{name} GmbH & Co. KG", "{name} AG", "{name} e. K.", "{name} UG (haftungsbeschränkt)"},
			titles: []string{
				"Geschäftsführung", "Leitung Finanzen", "Einkaufsleitung", "IT-Leitung", "Büroleitung",
				"Vertriebsleitung", "Betriebsleitung", "Projektingenieurwesen", "Buchhaltung", "Aufsichtsrat",
			},
			phones:  []string{"+49 30 23125 ###", "+49 69 90009 ###", "+49 40 66969 ###", "+49 221 4710 ###", "+49 89 99998 ###"},
			mobiles: []string{"+49 171 39200 ##", "+49 176 040690 ##"},
			tax:     "DE000######", twoFamilies: "-",
			calls:    []string{"Rückfrage zur Rechnung {n}", "Liefertermin für die zweite Charge", "Verlängerung um {n} Monate besprochen"},
			emails:   []string{"Angebot {n} verschickt", "Unterlagen für die Prüfung nachgereicht", "Preisliste für das neue Jahr"},
			meetings: []string{"Quartalsgespräch vor Ort", "Abnahme der neuen Anlage", "Vorstellung des Projektteams"},
			notes:    []string{"Neue Zuständigkeit im Einkauf", "Werksferien im August", "Umzug in das neue Lager"},
			bodies: []string{
				"{person} möchte **bis Freitag** ein überarbeitetes Angebot.\n\n- Laufzeit {n} Monate\n- eine Rechnung je Quartal",
				"Die Lieferung kam zwei Tage zu spät; der Grund ist geklärt und die Ware ist vollständig.",
				"Entscheidung fällt in der nächsten Geschäftsführungsrunde. Wir rufen danach wieder an.",
			},
		},
		{
			weight: 9,
			women:  list("Émilie, Hélène, Chloé, Margaux, Anaïs, Béatrice, Françoise, Solène, Noémie, Aurélie, Léonie, Maëlle, Inès, Anne-Sophie"),
			men:    list("Étienne, François, Loïc, Benoît, Jérôme, Gaël, Théo, Rémi, Jean-Baptiste, Mathieu, Raphaël, Cédric, Noël, Émile"),
			families: list("Lefèvre, Beaumont, D'Aubigny, L'Hermite, Garnier, Chevalier, Desrosiers, Fournier, Girard, Hébert, Lacroix, " +
				"Mercier, Noailles, Péron, Rousseau, Saint-Clair, Tessier, Vasseur, Boulanger, de La Tour du Pin"),
			leads: list("Beaurivage, Lumière, Mistral, Trois Chênes, Bellevue, La Farandole, Grandpré, Clairefontaine, Hirondelle, " +
				"Châtaigne, Ponteau, Rive Gauche, Soleil Levant, Tournesol, Vauban Frères, Verdun & Fils, Atelier du Port, Montségur, Île Bleue, " +
				"L'Olivier, Compagnie Générale des Ateliers Réunis du Littoral:cgar-littoral"),
			places: list("Lyon, Nantes, Lille, Bordeaux, Genève, Namur, Rennes, Dijon, Annecy, Québec, Nîmes, Liège"),
			trades: lists(`Mécanique, Textiles, Verrerie
				Logiciels, Données
				Maison, Boutiques
				Transports, Messagerie
				Pharmacies, Cliniques
				Mairie de {place}, Port de {place}, Médiathèque de {place}
				Conseil, Services
				Énergies, Solaire
				Fromagerie, Boulangeries, Vignobles
				Bâtiment, Charpentes
				Éditions, Films
				Formation, Institut`),
			name: "{trade} {lead}", in: "{name} {place}",
			legal: []string{"{name} SAS", "{name} SARL", "{name} S.A.", "{name} SA/NV", "Société {name} et Cie"},
			titles: []string{
				"Direction générale", "Direction financière", "Responsable des achats", "Responsable informatique", "Assistanat de direction",
				"Responsable commercial", "Responsable d'exploitation", "Ingénierie de projet", "Comptabilité", "Conseil d'administration",
			},
			phones:  []string{"+33 1 99 00 ## ##", "+33 2 61 91 ## ##", "+33 3 53 01 ## ##", "+33 4 65 71 ## ##", "+33 5 36 49 ## ##"},
			mobiles: []string{"+33 6 39 98 ## ##"},
			tax:     "FR00 000 ### ###", twoFamilies: "-",
			calls:    []string{"Question sur la facture {n}", "Point sur la livraison de mardi", "Renouvellement pour {n} mois"},
			emails:   []string{"Devis n° {n} envoyé", "Attestation d'assurance transmise", "Nouveaux tarifs de l'année"},
			meetings: []string{"Bilan trimestriel sur place", "Visite de l'atelier", "Présentation de l'équipe"},
			notes:    []string{"Changement d'interlocuteur aux achats", "Fermeture annuelle en août", "Nouvel entrepôt prévu au printemps"},
			bodies: []string{
				"{person} souhaite un devis révisé **avant jeudi**.\n\n- durée : {n} mois\n- une facture par trimestre", "Deux retards en octobre " +
					"ont été évoqués ; la cause est connue et réglée.", "La décision sera prise au prochain comité. On se rappelle ensuite.",
			},
		},
		{
			weight: 9,
			women:  list("Lucía, Sofía, Inés, Begoña, Nuria, Ángela, Montserrat, Pilar, Itziar, Ximena, Guadalupe, Rocío, Verónica, Elena"),
			men:    list("José, Andrés, Íñigo, Álvaro, Joaquín, Raúl, Sebastián, Tomás, Óscar, Ramón, Nicolás, Hernán, Matías, Martín"),
			families: list("Núñez, Peña, Ibáñez, García, Muñoz, Domínguez, Echeverría, Gutiérrez, Hernández, Jiménez, Ordóñez, Quiroga, " +
				"Rodríguez, Sáenz, Ugarte, Vázquez, Yáñez, Zúñiga, de la Cruz, Castañeda"),
			leads: list("Sol y Sierra, Almazara, El Mirador, Tres Ríos, La Cigüeña, Puerto Claro, Monteverde, Campoalegre, Piedra Blanca, " +
				"Aurora, Los Álamos, Encina, Vientosur, Estrella del Norte, Río Dulce, Cordillera, Azahar, Buenavista, Girasol, Hermanos Quiroga"),
			places: list("Sevilla, Bilbao, Valencia, Gijón, Málaga, Mérida, Rosario, Cuenca, Arequipa, Cáceres, Córdoba, Medellín"),
			trades: lists(`Talleres, Cerámicas, Textiles
				Software, Sistemas
				Comercial, Moda
				Transportes, Logística
				Farmacias, Clínicas
				Ayuntamiento de {place}, Autoridad Portuaria de {place}, Biblioteca de {place}
				Asesores, Servicios
				Energías, Solar
				Aceites, Conservas, Bodegas
				Construcciones, Obras
				Editorial, Producciones
				Escuela, Formación`),
			name: "{trade} {lead}", in: "{name} {place}",
			legal: []string{"{name}, S.L.", "{name}, S.A.", "{name} S.A. de C.V.", "{name} S. Coop.", "{name} e Hijos, S.L.U."},
			titles: []string{
				"Dirección general", "Dirección financiera", "Jefatura de compras", "Responsable de informática", "Administración",
				"Dirección comercial", "Jefatura de operaciones", "Ingeniería de proyectos", "Contabilidad", "Consejo de administración",
			},
			phones: []string{"+34 91 000 0###", "+34 95 000 0###"}, mobiles: []string{"+34 600 000 ###"},
			tax: "B000#####", twoFamilies: " ",
			calls:    []string{"Consulta sobre la factura {n}", "Fecha de entrega del segundo lote", "Renovación por {n} meses"},
			emails:   []string{"Presupuesto {n} enviado", "Certificado del seguro enviado", "Tarifas del próximo año"},
			meetings: []string{"Revisión trimestral en su oficina", "Visita a la planta", "Presentación del equipo"},
			notes:    []string{"Nueva persona en compras", "Cierran dos semanas en agosto", "Abren almacén en primavera"},
			bodies: []string{
				"{person} pide el presupuesto corregido **antes del jueves**.\n\n- plazo de {n} meses\n- una factura por trimestre",
				"Se habló de los dos retrasos de octubre; queda resuelto.", "Lo deciden en el próximo consejo. Llamamos después.",
			},
		},
		{
			weight: 8,
			women:  list("Åsa, Märta, Karin, Elin, Linnéa, Sigrid, Maj-Britt, Ebba, Kajsa, Ingrid, Saga, Ylva, Ulla, Annika"),
			men:    list("Jonas, Göran, Åke, Björn, Torbjörn, Lars-Erik, Mårten, Håkan, Nils, Rolf, Östen, Viktor, Anders, Sören"),
			families: list("Lindqvist, Åkesson, Öberg, Sjöström, Bergström, Ekdahl, Nordén, Hägglund, Söderlund, Wallin, Ängström, Forsberg, " +
				"Dahlgren, Lövgren, Rehnberg, Strand, Åström, Björk, Hedman, Sandvik"),
			leads: list("Norrsken, Björkhaga, Havsörn, Skärgård, Älgen, Östersjö, Tallbacken, Granlund, Solvik, Vindö, Storfors, Hjortron, " +
				"Kustlinjen, Ljungby, Rönnen, Snöflingan, Fyrskeppet, Ekudden, Brunnsvik, Måsen"),
			places: list("Borås, Umeå, Gävle, Växjö, Örebro, Malmö, Luleå, Åbo, Visby, Västerås, Kalmar, Östersund"),
			trades: lists(`Mekaniska, Snickeri, Trä
				Data, Programvara
				Handel, Möbler
				Åkeri, Frakt
				Apotek, Tandvård
				{place} kommun, {place} hamn, {place} stadsbibliotek
				Konsult, Fastighetsservice
				Energi, Vindkraft
				Mejeri, Bageri, Bryggeri
				Bygg, Arkitekter
				Förlag, Film
				Utbildning, Folkhögskola`),
			name: "{lead} {trade}", in: "{name} i {place}",
			legal: []string{"{name} AB", "{name} AB", "{name} Aktiebolag", "{name} ek. för.", "{name} HB"},
			titles: []string{
				"Verkställande direktör", "Ekonomichef", "Inköpschef", "IT-chef", "Kontorschef",
				"Säljchef", "Driftchef", "Projektingenjör", "Ekonomiassistent", "Styrelseledamot",
			},
			phones: []string{"+46 8 465 004 ##", "+46 31 390 06 ##", "+46 40 628 04 ##"}, mobiles: []string{"+46 70 174 06 ##"},
			tax: "SE000000####01", twoFamilies: " ",
			calls:    []string{"Fråga om faktura {n}", "Leveransdag för nästa parti", "Förlängning på {n} månader"},
			emails:   []string{"Offert {n} skickad", "Försäkringsbevis skickat", "Prislista för nästa år"},
			meetings: []string{"Kvartalsmöte på plats", "Genomgång av nya linjen", "Studiebesök på lagret"},
			notes:    []string{"Ny kontakt på inköp", "Semesterstängt vecka 29", "Nytt lager öppnar i mars"},
			bodies: []string{
				"{person} vill ha en ny offert **före torsdag**.\n\n- löptid {n} månader\n- en faktura per kvartal",
				"Två sena hämtningar i oktober är genomgångna och utredda.", "Beslut tas på nästa styrelsemöte. Vi hörs efter det.",
			},
		},
		{
			weight:   3,
			women:    list("Guðrún, Þórdís, Ásta, Sigríður, Hrafnhildur, Björk, Eyrún, Ragnheiður, Unnur, Æsa"),
			men:      list("Þórður, Einar, Ólafur, Guðmundur, Ævar, Hjörtur, Sigurður, Bjarni, Örn, Kári"),
			families: list("Jónsson, Þórsson, Einarsson, Ólafsson, Björnsson, Ragnarsson, Hjartarson, Sigurðsson, Árnason, Karlsson"),
			familiesOfWomen: list("Jónsdóttir, Þórsdóttir, Einarsdóttir, Ólafsdóttir, Björnsdóttir, Ragnarsdóttir, Hjartardóttir, " +
				"Sigurðardóttir, Árnadóttir, Karlsdóttir"),
			leads: list("Sólheimar, Fjörður, Hrafn, Þingvangur, Norðurljós, Ægir, Hekluborg, Jökulsá, Lundi, Bláskógar, Ísbjörn, " +
				"Öldugata, Hvítá, Straumur"),
			places: list("Akureyri, Selfoss, Höfn, Ísafjörður, Húsavík, Keflavík, Egilsstaðir, Vík"),
			trades: lists(`Smiðja, Ull
				Hugbúnaður, Gögn
				Verslun, Húsgögn
				Flutningar, Skip
				Lyfja, Tannlæknar
				{place} bær, {place} höfn
				Ráðgjöf, Þjónusta
				Orka, Jarðvarmi
				Fiskur, Mjólk, Brauð
				Verktakar, Arkitektar
				Útgáfa, Kvikmyndir
				Skóli, Námskeið`),
			name: "{lead} {trade}", in: "{name} á {place}",
			legal: []string{"{name} ehf.", "{name} hf.", "{name} sf."},
			titles: []string{
				"Forstjóri", "Fjármálastjóri", "Innkaupastjóri", "Tæknistjóri", "Skrifstofustjóri",
				"Sölustjóri", "Rekstrarstjóri", "Verkfræðingur", "Bókari", "Stjórnarmaður",
			},
			phones: []string{"+354 000 0###"}, mobiles: []string{"+354 000 1###"},
			tax:      "000###-##00",
			calls:    []string{"Spurt um reikning {n}", "Afhending í næstu viku"},
			emails:   []string{"Tilboð {n} sent", "Ný verðskrá send"},
			meetings: []string{"Ársfjórðungsfundur", "Heimsókn í vöruhúsið"},
			notes:    []string{"Nýr tengiliður í innkaupum", "Lokað í júlí"},
			bodies:   []string{"{person} vill nýtt tilboð **fyrir fimmtudag**.", "Rætt um tvær seinkanir í október; málið er leyst."},
		},
		{
			weight: 6,
			women:  list("Agnieszka, Małgorzata, Łucja, Zofia, Świętosława, Bożena, Grażyna, Jadwiga, Żaneta, Katarzyna, Wioletta, Elżbieta"),
			men:    list("Łukasz, Paweł, Michał, Grzegorz, Zbigniew, Stanisław, Wojciech, Krzysztof, Sławomir, Jędrzej, Szymon, Tadeusz"),
			families: list("Kowalski, Wiśniewski, Zieliński, Dąbrowski, Żukowski, Łukasiewicz, Wójcik, Mazur, Pawlak, Szczęsny, Górski, " +
				"Sikorski, Jabłoński, Krawczyk"),
			familiesOfWomen: list("Kowalska, Wiśniewska, Zielińska, Dąbrowska, Żukowska, Łukasiewicz, Wójcik, Mazur, Pawlak, Szczęsna, Górska, " +
				"Sikorska, Jabłońska, Krawczyk"),
			leads: list("Bursztyn, Żubr, Wisła, Jaskółka, Złoty Dąb, Orzeł, Świt, Polana, Łabędź, Dębina, Kłos, Wrzos, Źródło, " +
				"Mazowsze, Tatra, Zamek"),
			places: list("Łódź, Kraków, Gdańsk, Poznań, Toruń, Białystok, Rzeszów, Wrocław, Żywiec, Zakopane"),
			trades: lists(`Odlewnia, Meble, Narzędzia
				Oprogramowanie, Dane
				Handel, Sklepy
				Spedycja, Transport
				Apteki, Przychodnie
				Urząd Miasta {place}, Biblioteka {place}
				Doradztwo, Usługi
				Energia, Wiatraki
				Browar, Piekarnia, Mleczarnia
				Budownictwo, Dachy
				Wydawnictwo, Studio
				Szkoła, Kursy`),
			name: "{trade} {lead}", in: "{name} {place}",
			legal: []string{"{name} Sp. z o.o.", "{name} S.A.", "{name} Sp. j.", "{name} Sp. z o.o. Sp. k."},
			titles: []string{
				"Prezes zarządu", "Dyrektor finansowy", "Kierownik zakupów", "Kierownik IT", "Kierownik biura",
				"Kierownik sprzedaży", "Kierownik operacyjny", "Inżynier projektu", "Księgowość", "Członek rady nadzorczej",
			},
			phones: []string{"+48 22 000 0###", "+48 42 000 0###"}, mobiles: []string{"+48 500 000 ###"},
			tax: "PL000#######", twoFamilies: "-",
			calls:    []string{"Pytanie o fakturę {n}", "Termin dostawy drugiej partii"},
			emails:   []string{"Wysłano ofertę {n}", "Nowy cennik na przyszły rok"},
			meetings: []string{"Przegląd kwartału u klienta", "Wizyta w zakładzie"},
			notes:    []string{"Nowa osoba w dziale zakupów", "Przerwa urlopowa w sierpniu"},
			bodies: []string{
				"{person} prosi o poprawioną ofertę **do czwartku**.\n\n- okres {n} miesięcy\n- jedna faktura na kwartał",
				"Omówiono dwa opóźnienia z października; sprawa zamknięta.",
			},
		},
		{
			weight:   5,
			women:    list("Elif, Ayşe, Gülşah, Zeynep, Şebnem, Çiğdem, İrem, Özlem, Nurgül, Defne, Yağmur, Büşra"),
			men:      list("Çağrı, Şükrü, İbrahim, Oğuz, Ümit, Emre, Gökhan, Barış, Tuğrul, Özgür, Kağan, Mert"),
			families: list("Şahin, Yılmaz, Çelik, Öztürk, Yıldız, Güneş, Doğan, Aydın, Karadağ, Işık, Koçak, Ünal, Ağaoğlu, Toprak"),
			leads:    list("Boğaziçi, Çınar, Yıldızlar, İncir, Toros, Gümüş, Şelale, Kardelen, Öncü, Ağrı Dağı, Lale, Deniz Feneri, Ilgaz, Köprü"),
			places:   list("İzmir, Eskişehir, Muğla, Kayseri, Çanakkale, Trabzon, Gaziantep, Bursa"),
			trades: lists(`Makine, Tekstil, Seramik
				Yazılım, Bilişim
				Mağazacılık, Ticaret
				Lojistik, Nakliyat
				Eczane, Sağlık
				{place} Belediyesi, {place} Limanı
				Danışmanlık, Hizmet
				Enerji, Güneş
				Gıda, Değirmen, Zeytin
				İnşaat, Yapı
				Yayıncılık, Film
				Eğitim, Kolej`),
			name: "{lead} {trade}", in: "{name} {place}",
			legal: []string{"{name} A.Ş.", "{name} Ltd. Şti.", "{name} Sanayi ve Ticaret A.Ş.", "{name} Koll. Şti."},
			titles: []string{
				"Genel Müdür", "Mali İşler Müdürü", "Satın Alma Müdürü", "Bilgi İşlem Müdürü", "Ofis Müdürü",
				"Satış Müdürü", "Operasyon Müdürü", "Proje Mühendisi", "Muhasebe", "Yönetim Kurulu Üyesi",
			},
			phones: []string{"+90 212 000 0# ##", "+90 232 000 0# ##"}, mobiles: []string{"+90 500 000 0# ##"},
			tax: "000#######", twoFamilies: " ",
			calls:    []string{"{n} numaralı fatura soruldu", "Teslimat günü konuşuldu"},
			emails:   []string{"{n} numaralı teklif gönderildi", "Yeni yıl fiyat listesi"},
			meetings: []string{"Üç aylık değerlendirme", "Fabrika ziyareti"},
			notes:    []string{"Satın almada yeni yetkili", "Ağustosta iki hafta kapalılar"},
			bodies: []string{
				"{person} düzeltilmiş teklifi **perşembeden önce** istiyor.\n\n- süre {n} ay\n- üç ayda bir fatura",
				"Ekim ayındaki iki gecikme görüşüldü ve kapandı.",
			},
		},
	}
}
