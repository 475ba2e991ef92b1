using Spectre.Console.Rendering;

namespace PollMode.Examples.PacketGen;

/// <summary>The first of several drawings that a terminal has the width for; the last where it has for none.</summary>
internal sealed class FirstThatFits : Renderable
{
    private const int Boundless = 1000;

    private readonly IReadOnlyList<IRenderable> _drawings;

    /// <summary>Takes drawings.</summary>
    /// <param name="drawings">The widest first; one at least.</param>
    public FirstThatFits(IReadOnlyList<IRenderable> drawings) => _drawings = drawings;

    protected override Measurement Measure(RenderOptions options, int maxWidth) => Choose(options, maxWidth).Measure(options, maxWidth);

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => Choose(options, maxWidth).Render(options, maxWidth);

    private IRenderable Choose(RenderOptions options, int maxWidth) =>
        _drawings.FirstOrDefault(drawing => drawing.Measure(options, Boundless).Max <= maxWidth) ?? _drawings[^1];
}
