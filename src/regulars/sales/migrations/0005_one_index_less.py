import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0004_line_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="saleline",
            name="sale",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="sales.sale",
            ),
        ),
    ]
